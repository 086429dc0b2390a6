"""Which addresses in a payload are Slack's own, so that we may go there."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

FILES: Final = "/files-pri/"
"""What the path of each private file begins with (https://docs.slack.dev/reference/objects/file-object)."""

_OWN: Final = frozenset({"slack.com", "slack-gov.com"})
"""Hosts of Slack's API, which serve no files: there a GET with the token does whatever the address says."""

_PLAIN = re.compile(r"[!-\[\]-~]+")
"""No space, no backslash, no letters of other scripts: not all who read an address make the same of them."""


def is_file(url: str, api_url: str) -> bool:
    """Say whether an address is on Slack's file host, where the token goes to besides the API.

    That is `files.` before the host of the API. Where the API is a stand-in for Slack's, as for tests, it may
    be the files' too, but only below `FILES`.
    """
    parts = _split(url, api_url)
    if parts is None:
        return False
    (scheme, host, path), (api_scheme, api_host, _) = parts
    if (scheme, host) == ("https", f"files.{api_host}"):
        return True
    return (scheme, host) == (api_scheme, api_host) and api_host not in _OWN and path.startswith(FILES)


def is_response_url(url: str, api_url: str) -> bool:
    """Say whether an address is Slack's host of `response_url`s, which need no token, or where the API is."""
    parts = _split(url, api_url)
    if parts is None:
        return False
    (scheme, host, _), (api_scheme, api_host, _) = parts
    return (scheme, host) in {
        (api_scheme, api_host),
        ("https", "hooks.slack.com"),
        ("https", f"hooks.{api_host}"),
    }


_Place = tuple[str, str, str]


def _split(url: str, api_url: str) -> tuple[_Place, _Place] | None:
    """Give scheme, host and path of both; None if the first could be read in two ways."""
    if not _PLAIN.fullmatch(url):
        return None
    try:
        there, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return None
    if any(unquote(part) in {".", ".."} for part in re.split(r"/|%2f|%5c", there.path, flags=re.IGNORECASE)):
        return None
    return (there.scheme, there.netloc, there.path), (api.scheme, api.netloc, api.path)
