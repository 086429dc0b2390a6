"""What followers of Apple's services are told unasked: each change once, and that their time is over.

What has settled is compared with what they know, so it does not matter how often that is done.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from bot.apple import Outlook, Service, Troubles
from bot.dialogue.book import Book
from bot.dialogue.draft import Draft
from bot.dialogue.hours import considerate
from bot.dialogue.phrase import Scene, full_report, service_name
from bot.dialogue.status import card_buttons, is_card
from bot.dialogue.watch import is_older, learn, standing, troubles_here, wake_of, without_watch
from bot.model import Conversation, Turn, Watch, World
from bot.outlook import SEVERITY, in_order, worst
from bot.replace import replace

ChangeKind: TypeAlias = Literal["down", "maintenance", "again", "worse", "partly", "back"]
"""What became of it: not well (or only being maintained), so once more, worse, back in part, back."""


def tell_change(book: Book, conversation: Conversation, world: World) -> Turn:
    """Tell a follower what they do not know yet; nothing to anybody else."""
    scene = Scene(book, book.land(conversation), world)
    watch = standing(scene)
    if watch is None or world.outlook is None or is_older(scene, watch):
        return Turn(conversation)
    change = _change(watch, _settled(scene, watch, world.outlook))
    if change is not None:
        return _tell(Draft(book, scene.conversation, world), watch, change)
    if conversation.watch is None:
        return Turn(replace(conversation, watch=watch), (wake_of(conversation.address, watch),))
    return Turn(conversation)


def end_watch(book: Book, conversation: Conversation, world: World, number: int) -> Turn:
    """End the watch of that number, if its time is over, and say so to whoever still waits for something."""
    watch = conversation.watch
    if watch is None or watch.number != number or world.now < watch.until - _CLOCKS_DIFFER:
        return Turn(conversation)
    ended = without_watch(conversation)
    if watch.is_back:
        return Turn(ended)
    if (by_day := considerate(conversation, world.now, world)) > world.now:
        return Turn(conversation, (replace(wake_of(conversation.address, watch), at=by_day),))
    draft = Draft(book, book.land(ended), world)
    draft.show(draft.scene.phrase("watch.over"), card_buttons(draft.scene))
    return draft.turn("", unasked=True)


def _settled(scene: Scene, watch: Watch, outlook: Outlook) -> Troubles:
    """Give what is not well. Of what has not settled they know as much as can be said."""
    here, known = troubles_here(scene, *dict(watch.known)), watch.known
    settled = {service: state for service, state in here if service not in outlook.unsettled}
    return in_order({**settled, **{each: state for each, state in known if each in outlook.unsettled}})


_CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How far the clock of the machine that wakes may be behind; a watch is prolonged by more than that."""


class _Change(Struct, frozen=True):
    kind: ChangeKind
    troubles: Troubles
    """What is not well now."""
    back: tuple[Service, ...]


def _change(watch: Watch, troubles: Troubles) -> _Change | None:
    """Compare what is with what they know; None if they know it."""
    known, now = dict(watch.known), dict(troubles)
    back = tuple(service for service in known if service not in now)
    new = {state for service, state in troubles if service not in known}
    kind: ChangeKind
    if back:
        kind = "partly" if troubles else "back"
    elif new == {"maintenance"}:
        kind = "maintenance"
    elif new:
        kind = "again" if watch.is_back else "down"
    elif any(SEVERITY[now[service]] > SEVERITY[state] for service, state in known.items()):
        kind = "worse"
    else:
        return None
    return _Change(kind, troubles, back)


def _tell(draft: Draft, watch: Watch, change: _Change) -> Turn:
    """Tell it above the buttons of the question, or of the card where that is all there was."""
    known = dict(watch.known)
    at_worst = {each: worst((state, known.get(each, "ok"))) for each, state in change.troubles}
    learn(draft, watch, in_order(at_worst))
    news, now = "\n\n".join(_paragraphs(draft.scene, change)), draft.conversation
    if is_card(now.offered) and now.place == draft.book.start.begin:
        draft.show(news, card_buttons(draft.scene))
    else:
        draft.tell(news)
    return draft.turn("", unasked=True)


def _paragraphs(scene: Scene, change: _Change) -> Iterator[str]:
    if change.kind == "back":
        yield scene.phrase("watch.back")
        yield _next_step(scene)
        yield scene.phrase("watch.lingers")
    else:
        names = scene.phrase("list.comma").join(service_name(scene, each) for each in change.back)
        headline = scene.phrase(f"watch.{change.kind}", **({"services": names} if names else {}))
        yield "\n".join((headline, *_lines(scene, change.troubles)))
        yield scene.phrase("watch.wait_partly" if change.back else "watch.wait")


def _next_step(scene: Scene) -> str:
    """Say where it goes on; at an end of a guide, or before one, there is nothing to go on with."""
    place = scene.state.place
    if scene.state.end or place == scene.book.start.begin:
        return scene.phrase("watch.help")
    step = scene.book.steps.get(place)
    return scene.phrase("watch.go_on_at", step=str(step[0])) if step else scene.phrase("watch.go_on")


def _lines(scene: Scene, troubles: Troubles) -> Iterator[str]:
    """Say of each service how it is, as fully as the board has it that is in hand."""
    board = scene.world.board(scene.conversation.language)
    reports = {report.service: report for report in board.reports} if board else {}
    for service, state in troubles:
        report = reports.get(service)
        if report and report.state == state:
            yield full_report(scene, report)
        else:
            mark, name = scene.phrase(f"mark.{state}"), service_name(scene, service)
            yield scene.phrase("watch.line", mark=mark, service=name, state=scene.phrase(f"state.{state}"))
