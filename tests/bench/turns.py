"""What a pure turn costs, against one trigger of a bare `transitions` machine of the same size.

The bare machine has the same states and transitions and no dialogue: the least that any program built on the
library pays for one step.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from transitions import Machine

from bot.apple import Board, Report, Service
from bot.codec import decode_conversation, encode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Event, Picked, Said
from bot.flowfiles import load_book
from bot.model import Address, Conversation, EventId, Place, World
from bot.replace import replace
from tests.bench import durable

NOW = datetime(2026, 1, 5, 10, 32, tzinfo=UTC)
ADDRESS = Address("bench", "chat", "person")
ROUNDS = 15
REPEATS = 500


def measure(stored: int = 1_000_000) -> dict[str, float]:
    """Give what a pure turn costs, and what a durable one does with so many conversations stored."""
    return measure_pure() | durable.measure(stored)


def measure_pure() -> dict[str, float]:
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
    stored = encode_conversation(at_step)
    calls: dict[str, Callable[[], object]] = {
        "bare_trigger": _bare_trigger(book),
        "codec": lambda: encode_conversation(decode_conversation(stored)),
    }
    for name, (conversation, event) in turns.items():
        calls[f"{name}_turn"] = partial(take_turn, book, conversation, event, world, ADDRESS)
    times = _microseconds(calls)
    bare = times.pop("bare_trigger")
    ratios = {f"{name}_ratio": round(taken / bare, 2) for name, taken in times.items()}
    return {"bare_trigger_us": round(bare, 2), **ratios, "bytes_of_a_conversation": float(len(stored))}


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


def _microseconds(calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Time the calls in turn, round after round, so that a slow moment hits all; the best round counts."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            begun = time.perf_counter()
            for _ in range(REPEATS):
                call()
            best[name] = min(best[name], time.perf_counter() - begun)
    return {name: seconds / REPEATS * 1e6 for name, seconds in best.items()}
