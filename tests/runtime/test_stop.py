"""A clean stop: what has begun is finished, and what has not is left to others."""

import asyncio

from bot.model import Address, Reply
from bot.runtime.deliver import SEND_DEADLINE, Held
from bot.runtime.rooms import GRACE, IN_FLIGHT, Rooms
from tests.runtime.delivery_program import Program


def test_a_stop_cuts_no_send_off_and_gives_back_what_has_not_begun(program: Program) -> None:
    answered, show = asyncio.Event(), program.screen.send

    async def slowly(address: Address, reply: Reply, *, key: str, attempt: int) -> None:
        await answered.wait()
        await show(address, reply, key=key, attempt=attempt)

    async def story() -> None:
        program.screen.send = slowly  # type: ignore[method-assign]
        rooms = Rooms(program.delivery, ["test"], monotonic=lambda: program.monotonic)
        for number in range(IN_FLIGHT + 3):
            (job,) = await program.take("iPhone", Address("test", f"chat {number}", "somebody"))
            rooms.hand_over(Held(job, program.monotonic))
        end = asyncio.create_task(rooms.finish())
        await asyncio.sleep(0)  # the stop has begun
        program.monotonic += GRACE - SEND_DEADLINE.total_seconds() + 1
        answered.set()
        await end
        assert len(program.screen.sent) == IN_FLIGHT
        assert [held.job.attempt for held in await program.delivery.claim()] == [1, 1, 1]

    asyncio.run(story())
