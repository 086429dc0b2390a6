"""Which addresses in a payload are Slack's own, so that we may go there."""

from typing import Literal
from urllib.parse import urlsplit


def is_slack(url: str, api_url: str, service: Literal["files", "hooks"]) -> bool:
    """Say whether an address is Slack's file host, or that of `response_url`s, or where the API itself is."""
    try:
        there, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    if (there.scheme, there.netloc) == (api.scheme, api.netloc):
        return True
    return there.scheme == "https" and there.netloc in (f"{service}.slack.com", f"{service}.{api.netloc}")
