"""`python -m bot` and the `imessage-support` script."""

import sys

from bot.cli import main as run


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
