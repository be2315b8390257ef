"""Entry point of the `torque` command: answers --help and --version by itself, hands the rest to click.

Importing click costs six times an empty Python start, so the page that people and completion
scripts ask for most is written from the command table alone.
"""

import sys
from collections.abc import Sequence

from torque.cli.commands import root_help


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args == ["--help"]:
        sys.stdout.write(root_help())
        return 0 if args else 2
    from torque.cli.root import run

    return run(args)


if __name__ == "__main__":
    sys.exit(main())
