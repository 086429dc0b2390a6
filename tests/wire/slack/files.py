"""Slack's file host: private addresses that want the bot's token, and a login page for everybody else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web

from tests.wire.slack.faults import Faults
from tests.wire.slack.refusal import Json
from tests.wire.slack.workspace import TEAM, File, Workspace

_TYPES = {"log": "text/plain", "txt": "text/plain", "png": "image/png", "json": "application/json"}
LOGIN = b"<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>"


@dataclass(slots=True)
class FileHost:
    """Keeps what people share. Faults of downloads are those of `download`."""

    slack: Workspace
    faults: Faults
    changed: Callable[[], None]
    downloads: list[str] = field(default_factory=list)
    """The ids of the files that were asked for with a token that may."""

    def keep(self, origin: str, user: str, channel: str, name: str, content: bytes, *, hidden: bool) -> Json:
        """Take a file, and give what events say of it: all, or with Slack Connect (`hidden`) only its id."""
        file = self.slack.new_id("F")
        kind = name.rpartition(".")[2].lower()
        address, quoted = f"{origin}/files-pri/{TEAM}-{file}", quote(name)
        about: Json = {
            "id": file, "created": int(self.slack.clock.now()), "timestamp": int(self.slack.clock.now()),
            "name": name, "title": name, "mimetype": _TYPES.get(kind, "application/octet-stream"),
            "filetype": {"txt": "text", "log": "text"}.get(kind, kind), "pretty_type": "Plain Text",
            "user": user, "user_team": TEAM, "size": len(content),
            "mode": "snippet" if kind == "txt" else "hosted",
            "is_external": False, "external_type": "", "is_public": False, "public_url_shared": False,
            "editable": False, "url_private": f"{address}/{quoted}",
            "url_private_download": f"{address}/download/{quoted}", "file_access": "visible",
        }  # fmt: skip
        self.slack.files[file] = File(about, content, channel, hidden)
        return {"id": file, "mode": "file_access", "file_access": "check_file_info"} if hidden else about

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Give a file to the app, and the way to the login page to all others."""
        name = request.match_info["file"].partition("-")[2]
        file, app = self.slack.files.get(name), self.slack.app
        permitted = request.headers.get("Authorization") == f"Bearer {app.bot_token}" and app.state == "valid"
        if not permitted or "files:read" not in app.scopes:
            return web.Response(status=302, headers={"Location": f"/?redir={request.rel_url.raw_path}"})
        if file is None:
            return web.Response(status=404, body=LOGIN, content_type="text/html")
        self.downloads.append(name)
        self.changed()

        async def process() -> web.Response:
            return web.Response(body=file.content, content_type=file.about["mimetype"])

        return await self.faults.take("download")(request, process)

    async def login(self, _request: web.Request) -> web.Response:
        """Give the login page, with 200 as Slack does."""
        return web.Response(body=LOGIN, content_type="text/html")
