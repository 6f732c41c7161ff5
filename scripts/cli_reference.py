"""Writes docs/reference/cli.md from the commands themselves; a test fails when the file is not what this prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from snoop_flow.cli import cli

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "cli.md"
HEAD = """# Command line

Every command but `up` takes `--json`: one JSON document on stdout, progress on stderr. Every command that works in a
workspace takes `--workspace DIR`, else `SNOOP_FLOW_WORKSPACE` or the present folder. Exit status: 0 done, 1 failed,
2 wrong use or bad input, 130 stopped by Ctrl-C; a failure is one line on stderr.

This page is written by `python scripts/cli_reference.py`.
"""


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its whole name, groups before their commands."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def section(name: str, command: click.Command) -> str:
    """One command's help, as it is shown in a terminal."""
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
    return f"\n## `{name}`\n\n```\n{command.get_help(context)}\n```\n"


def reference() -> str:
    """The whole page."""
    return HEAD + "".join(section(name, command) for name, command in commands(cli, "snoop-flow"))


if __name__ == "__main__":
    TARGET.write_text(reference(), "utf-8")
    sys.stdout.write(f"wrote {TARGET.name}\n")
