"""How the commands speak: text for people, one line of JSON for programs, one line for what went wrong."""

import sys

import msgspec

from adapters.console.plain import one_line, plain


def say(text: str) -> None:
    """Write text for people to the standard output, without what a terminal would obey."""
    print(plain(text))


def say_json(value: object) -> None:
    """Write one line of JSON to the standard output: UTF-8, whatever the locale."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")


def fail(code: int, *lines: str) -> int:
    """Write each as one line to the standard error, and give the exit code back."""
    for line in lines:
        print(one_line(line), file=sys.stderr)
    return code
