"""`python -m bot` and the `imessage-support` script."""

import sys

from bot.commands.exit_codes import INTERRUPTED


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from bot.cli import main as run  # noqa: PLC0415  it takes half a second, in which Ctrl-C is quiet too

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
