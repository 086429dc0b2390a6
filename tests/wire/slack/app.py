"""The app as a workspace has it installed."""

import secrets
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

SCOPES = frozenset({
    "app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write",
    "commands", "files:read", "groups:history", "groups:read", "im:history", "im:read", "im:write",
    "mpim:history", "mpim:read", "reactions:read", "reactions:write", "users:read"
})  # fmt: skip
EVENTS = frozenset({
    "app_context_changed", "app_home_opened", "app_mention", "app_uninstalled",
    "assistant_thread_context_changed", "assistant_thread_started", "file_shared",
    "member_joined_channel", "message.channels", "message.groups", "message.im", "message.mpim",
    "reaction_added", "tokens_revoked"
})  # fmt: skip
TokenState: TypeAlias = Literal["valid", "invalid_auth", "account_inactive", "token_revoked", "token_expired"]
Pane: TypeAlias = Literal["agent", "assistant", "none"]


@dataclass(slots=True)
class App:
    """The app as installed: its names, its keys, and what it may do."""

    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    events: set[str] = field(default_factory=lambda: set(EVENTS))
    commands: set[str] = field(default_factory=lambda: {"/imessage-status", "/imessage-help"})
    pane: Pane = "agent"
    """What the manifest has: `agent_view`, the older `assistant_view`, or neither."""
    state: TokenState = "valid"
    id: str = "A0SUPPORT"
    user: str = "U0SUPPORT"
    bot: str = "B0SUPPORT"
    name: str = "imessage_support"
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(16)}", repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
