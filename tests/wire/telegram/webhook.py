"""Delivers updates to a webhook until it answers 200, each on its own: their order is not kept."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from tests.wire.telegram.refusals import Payload, bad
from tests.wire.telegram.updates import Updates

SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
ADDRESS = re.compile(r"https://[^/:]+(:(80|88|443|8443))?(/.*)?")
FIRST_WAIT, LONGEST_WAIT = 0.02, 0.5
"""Seconds between two attempts; Telegram takes longer."""
PATIENCE = 10.0
"""Seconds for which an answer is waited for."""


@dataclass(eq=False, slots=True)
class Webhook:
    """Where updates go, and how that went. `proxies` says who listens behind a public address."""

    updates: Updates
    proxies: dict[str, str] = field(default_factory=dict)
    url: str = ""
    secret: str = ""
    most: int = 40
    patience: float = PATIENCE
    last_error: str = ""
    last_error_date: int = 0
    deliveries: list[tuple[int, int]] = field(default_factory=list)
    """The number of each update sent and the status that came back; 0 is no answer."""
    _life: "asyncio.Task[None] | None" = None

    def register(self, arguments: Payload) -> None:
        """Deliver to that address from now on; refuse one that Telegram would not take."""
        url, secret = str(arguments.get("url", "")), str(arguments.get("secret_token", ""))
        if url and not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if url and not ADDRESS.fullmatch(url):
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self.stop()
        self.url, self.secret, self.most = url, secret, int(arguments.get("max_connections", 40))
        if url:
            self._life = asyncio.create_task(self._deliver())

    def info(self) -> Payload:
        """Give Telegram's WebhookInfo."""
        known: Payload = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.waiting),
        }
        if self.url:
            known["max_connections"] = self.most
            if self.last_error:
                known |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error}
        if self.updates.allowed:
            known["allowed_updates"] = list(self.updates.allowed)
        return known

    def stop(self) -> None:
        """Deliver nothing more."""
        if self._life:
            self._life.cancel()
            self._life = None

    async def close(self) -> None:
        """Stop, and wait until it has."""
        if life := self._life:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life

    async def _deliver(self) -> None:
        begun: set[int] = set()
        lines = asyncio.Semaphore(self.most)
        limit = aiohttp.ClientTimeout(total=self.patience)
        async with aiohttp.ClientSession(timeout=limit) as client, asyncio.TaskGroup() as tasks:
            while True:
                for update in self.updates.pending():
                    if update["update_id"] not in begun:
                        begun.add(update["update_id"])
                        tasks.create_task(self._until_taken(client, update, lines))
                await self.updates.arrival()

    async def _until_taken(
        self, client: aiohttp.ClientSession, update: Payload, lines: asyncio.Semaphore
    ) -> None:
        wait, number = FIRST_WAIT, update["update_id"]
        while number in self.updates.waiting:
            async with lines:
                status = await self.post(client, update)
            self.deliveries.append((number, status))
            self.updates.on_change()
            if status == 200:
                self.updates.confirm([number])
                return
            self.last_error_date = int(self.updates.clock.now())
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def post(self, client: aiohttp.ClientSession, update: Payload) -> int:
        """Send it once, and give the status of the answer; 0 is none."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        try:
            async with client.post(behind(self.url, self.proxies), json=update, headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            late = isinstance(error, TimeoutError)
            self.last_error = "Read timeout expired" if late else "Connection refused"
            return 0
        if answer.status != 200:
            self.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return answer.status


def behind(url: str, proxies: Mapping[str, str]) -> str:
    """Give the address where the server listens that a public address stands for."""
    for public, local in proxies.items():
        if url.startswith(public):
            return local + url.removeprefix(public)
    return url
