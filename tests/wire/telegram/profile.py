"""What the bot says of itself: its menu of commands and its descriptions."""

import json
import re
from dataclasses import dataclass, field

from tests.wire.telegram.refusals import Payload, bad

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LONGEST_COMMAND_TEXT, LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 256, 512, 120


@dataclass(eq=False, slots=True)
class Profile:
    """Commands by scope and language, descriptions by language; "" is every other language."""

    commands: dict[tuple[str, str], list[Payload]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)

    def set_commands(self, arguments: Payload) -> bool:
        """Answer `setMyCommands`."""
        commands = arguments.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad("can't parse commands: expected an Array of BotCommand")
        for each in commands:
            if not COMMAND.fullmatch(str(each.get("command", "")).removeprefix("/")):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(str(each.get("description", ""))) <= LONGEST_COMMAND_TEXT:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_shelf(arguments)] = commands
        return True

    def get_commands(self, arguments: Payload) -> list[Payload]:
        """Answer `getMyCommands`."""
        return self.commands.get(_shelf(arguments), [])

    def set_description(self, arguments: Payload) -> bool:
        """Answer `setMyDescription`."""
        return _describe(
            self.descriptions, arguments, "description", LONGEST_DESCRIPTION, "DESCRIPTION_TOO_LONG"
        )

    def get_description(self, arguments: Payload) -> Payload:
        """Answer `getMyDescription`."""
        return {"description": self.descriptions.get(_language(arguments), "")}

    def set_short_description(self, arguments: Payload) -> bool:
        """Answer `setMyShortDescription`."""
        name, most = "short_description", LONGEST_SHORT_DESCRIPTION
        return _describe(self.short_descriptions, arguments, name, most, "ABOUT_TOO_LONG")

    def get_short_description(self, arguments: Payload) -> Payload:
        """Answer `getMyShortDescription`."""
        return {"short_description": self.short_descriptions.get(_language(arguments), "")}


def _describe(shelf: dict[str, str], arguments: Payload, name: str, most: int, too_long: str) -> bool:
    text = str(arguments.get(name, ""))
    if len(text) > most:
        raise bad(too_long)
    shelf[_language(arguments)] = text
    return True


def _shelf(arguments: Payload) -> tuple[str, str]:
    return json.dumps(arguments.get("scope", {"type": "default"}), sort_keys=True), _language(arguments)


def _language(arguments: Payload) -> str:
    code = str(arguments.get("language_code", ""))
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("LANG_CODE_INVALID")
    return code
