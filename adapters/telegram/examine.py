"""Examines a Telegram bot before anybody relies on it: is the token good, and is somebody else in the way?"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import telegram
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.bot import open_bot
from bot.ports import Finding

CHECK = "telegram"
SECONDS = 5.0


async def examine_telegram(
    token: str, *, api_url: str | None, webhook_url: str | None
) -> tuple[Finding, ...]:
    """Ask Telegram about the bot, and change nothing. The token is in no finding."""
    bot = open_bot(token, api_url)
    try:
        me = await bot.get_me(read_timeout=SECONDS, connect_timeout=SECONDS)
        hook = await bot.get_webhook_info(read_timeout=SECONDS, connect_timeout=SECONDS)
    except InvalidToken:
        remedy = "Correct TELEGRAM_BOT_TOKEN; @BotFather shows it with /mybots."
        return (Finding(CHECK, "fault", "Telegram does not know the token", remedy),)
    except TelegramError as error:
        remedy = "The bot waits for it when it starts. Look at the network and TELEGRAM_API_URL."
        return (Finding(CHECK, "warning", f"Telegram does not answer: {error}", remedy),)
    finally:
        await bot.shutdown()
    answers = Finding(CHECK, "ok", f"@{me.username} answers")
    return (answers, *_judged(hook, webhook_url))


def _judged(hook: telegram.WebhookInfo, webhook_url: str | None) -> tuple[Finding, ...]:
    """Judge where updates go, by what Telegram has registered."""
    host = urlsplit(hook.url).hostname
    if webhook_url is None:
        if not hook.url:
            return ()
        remedy = f"`imessage-support run` ends that. Set TELEGRAM_WEBHOOK_URL if {host} is this bot."
        return (Finding(CHECK, "warning", f"Updates go to a webhook on {host}", remedy),)
    if not hook.url:
        return (Finding(CHECK, "ok", "No webhook yet: the first start registers it"),)
    if host != urlsplit(webhook_url).hostname:
        remedy = "`imessage-support run` brings them here. See that no other program has the same token."
        return (Finding(CHECK, "warning", f"Updates go to another webhook, on {host}", remedy),)
    waiting = f"{hook.pending_update_count} updates wait"
    if hook.last_error_message is None or not hook.pending_update_count:
        return (Finding(CHECK, "ok", f"The webhook is registered, {waiting}"),)
    says = f"Telegram could not deliver at {_time(hook)}: {hook.last_error_message}; {waiting}"
    remedy = "See that TELEGRAM_WEBHOOK_URL leads to LISTEN_HOST and LISTEN_PORT, with a valid certificate."
    return (Finding(CHECK, "warning", says, remedy),)


def _time(hook: telegram.WebhookInfo) -> str:
    at = hook.last_error_date or datetime.now(UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC"
