"""``python -m tongban.ops``: the operators' command line without its script."""

from tongban.ops.cli import main

main()
