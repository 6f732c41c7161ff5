"""`python -m snoop_flow`: the same as the command `snoop-flow`."""

from snoop_flow.cli import main

main()
