"""The command line `snoop-flow`: one module for each group of commands.

Exit status: 0 done, 1 failed, 2 wrong use or bad input. A failure is one line on stderr that says what is wrong and how
to mend it, never a traceback; set `SNOOP_FLOW_DEBUG=1` to see one.
"""

from __future__ import annotations

import logging
import os
import sys

import click

from snoop_flow import errors
from snoop_flow.cli import (
    agreement,
    auditing,
    backbones,
    bench,
    class_cards,
    classes,
    corpus,
    demo,
    distribution,
    enrichment,
    evaluation,
    following,
    jobs,
    keys,
    people,
    search,
    sources,
    teaching,
    videos,
    workspaces,
)
from snoop_flow.host import PluginHost


class _Commands(click.Group):
    """The built-in commands, and those of plugins when they are asked for."""

    _complete = False

    def list_commands(self, context: click.Context) -> list[str]:
        self._add_plugins()
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        # plugins are only loaded when a command of theirs may be meant; they may bring benchmarks, too
        if name not in self.commands or name == bench.bench.name:
            self._add_plugins()
        return super().get_command(context, name)

    def _add_plugins(self) -> None:
        if not self._complete:
            self._complete = True
            PluginHost().add_commands(self)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="snoop-flow")
def cli() -> None:
    """Search, teach and enrich image archives: harvest → embed → index → class → enrich → publish.

    \b
    Begin with:   snoop-flow init archive
                  snoop-flow ingest https://example.org/iiif/collection.json --workspace archive
                  snoop-flow up --workspace archive
    """


for module in (
    workspaces,
    keys,
    people,
    corpus,
    sources,
    videos,
    backbones,
    search,
    classes,
    class_cards,
    following,
    teaching,
    agreement,
    auditing,
    distribution,
    enrichment,
    jobs,
    evaluation,
    bench,
    demo,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line; the entry point of the distribution."""
    logging.basicConfig(level=os.environ.get("SNOOP_FLOW_LOG", "ERROR").upper(), format="%(levelname)s %(message)s")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        cli.main(arguments, prog_name="snoop-flow", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        return _fail(f"{error.format_message()}{_see_help(error)}", 2)
    except click.ClickException as error:
        return _fail(error.format_message(), 2)
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped; what is done is kept, the same command goes on from there", 130)
    except errors.SnoopError as error:
        return _fail(str(error), error.exit_code)
    except BrokenPipeError:
        return 0
    except Exception as error:
        if os.environ.get("SNOOP_FLOW_DEBUG"):
            raise
        return _fail(f"unexpected {type(error).__name__}: {error}; please report it (SNOOP_FLOW_DEBUG=1 shows more)", 1)
    return 0


def _see_help(error: click.UsageError) -> str:
    return f" (see {error.ctx.command_path} --help)" if error.ctx else ""


def _fail(message: str, status: int) -> int:
    click.echo(f"snoop-flow: {' '.join(message.split())}", err=True)
    return status
