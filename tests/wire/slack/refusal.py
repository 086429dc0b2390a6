"""How Slack says no."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class Refusal(Exception):
    """One of Slack's error codes, with what Slack says beside it."""

    def __init__(self, error: str, *messages: str, status: int = 200, **beside: object) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.beside: Json = dict(beside)
        if messages:
            self.beside["response_metadata"] = {"messages": list(messages)}

    def body(self) -> Json:
        return {"ok": False, "error": self.error, **self.beside}
