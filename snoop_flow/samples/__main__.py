"""`python -m snoop_flow.samples --folder F --port P`: draw the archive and serve it by hand."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import click

from snoop_flow.errors import SnoopError
from snoop_flow.samples.archive import COUNT, draw_archive
from snoop_flow.samples.server import SampleServer


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the images go.")
@click.option("--port", type=click.IntRange(0, 65535), default=8711, show_default=True, help="0 takes a free one.")
@click.option("--count", type=click.IntRange(1, COUNT), default=COUNT, show_default=True, help="How many images.")
def main(folder: Path, port: int, count: int) -> None:
    """Draw the demonstration archive and serve it as IIIF until Ctrl-C."""
    try:
        draw_archive(folder, count)
        with SampleServer(folder, port) as server:
            click.echo(f"{server.collection_url}  (Ctrl-C stops)")
            Event().wait()
    except SnoopError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt:
        click.echo("stopped")


if __name__ == "__main__":
    main()
