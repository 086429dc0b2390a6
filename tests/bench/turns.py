"""What a pure turn costs, against one trigger of a bare `transitions` machine of the same size.

The bare machine has the same states and transitions and no dialogue: the least that any program built on the
library pays for one step.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from transitions import Machine

from bot.codec import decode_conversation, encode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.flowfiles import load_book
from bot.model import (
    Address,
    Board,
    Conversation,
    Event,
    EventId,
    Picked,
    Place,
    Report,
    Said,
    Service,
    World,
)

NOW = datetime(2026, 1, 5, 10, 32, tzinfo=UTC)
ADDRESS = Address("bench", "chat", "person")
ROUNDS = 7
REPEATS = 2_000


def measure() -> dict[str, float]:
    """Give each turn's cost as a multiple of a bare trigger, and the bare trigger in microseconds."""
    book = load_book()
    board = Board(NOW, tuple(Report(service, "ok") for service in Service))
    world = World(NOW, {"ja": board, "en": board})
    at_step = _conversation(book, Place("iphone", "vpn"), world)
    picked, typed = Picked(EventId("p"), at_step.prompt, "not_yet"), Said(EventId("s"), "まだ直りません")
    at_start = _conversation(book, Place("start", "which_device"), world)
    turns: dict[str, tuple[Conversation, Event]] = {
        "picked": (at_step, picked),
        "typed": (at_step, typed),
        "unclear": (at_step, Said(EventId("u"), "well, I am not so sure about that one")),
        "status": (at_start, Picked(EventId("i"), at_start.prompt, "iphone")),
    }
    bare = _microseconds(_bare_trigger(book))
    result = {"bare_trigger_us": round(bare, 2)}
    for name, (conversation, event) in turns.items():

        def turn(conversation: Conversation = conversation, event: Event = event) -> object:
            return take_turn(book, conversation, event, world, ADDRESS)

        result[f"{name}_turn_ratio"] = round(_microseconds(turn) / bare, 2)
    stored = encode_conversation(at_step)
    codec = _microseconds(lambda: encode_conversation(decode_conversation(stored)))
    return result | {"codec_ratio": round(codec / bare, 2), "bytes_per_conversation": float(len(stored))}


def _conversation(book: Book, place: Place, world: World) -> Conversation:
    """Give a conversation at that place as it comes out of a turn, seven steps into the guide."""
    path = tuple(state.place for state in book.flows[place.flow].states.values())[:7]
    start = replace(book.begin(ADDRESS, "ja"), place=place, version=book.flows[place.flow].version, path=path)
    return take_turn(book, start, Said(EventId("a"), ""), world, ADDRESS).conversation


def _bare_trigger(book: Book) -> Callable[[], object]:
    """Build a machine of the book's size, and give a call of one of its triggers."""
    arrows = [(arrow.trigger, str(arrow.origin), str(arrow.to)) for arrow in book.machine.arrows()]
    states = sorted({name for _, origin, to in arrows for name in (origin, to)})
    machine = Machine(model=None, states=states, initial=None, auto_transitions=False, send_event=True)
    for trigger, origin, to in arrows:
        machine.add_transition(trigger, origin, to)
    event = machine.events["not_yet"]

    class Model:
        state = "iphone.vpn"

    model = Model()

    def trigger_once() -> object:
        model.state = "iphone.vpn"
        return event.trigger(model)

    return trigger_once


def _microseconds(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(REPEATS):
            call()
        best = min(best, time.perf_counter() - begun)
    return best / REPEATS * 1e6
