"""Following Apple's services: what begins it, what ends it, and what somebody who does so knows already."""

from datetime import datetime, timedelta
from typing import Final

from bot.apple import Report, Service, Troubles
from bot.dialogue.draft import Draft
from bot.dialogue.following import APPLE, follows
from bot.dialogue.phrase import Scene, tells_of_apple
from bot.dialogue.status import is_clear, reports_here, services_here, show_card
from bot.model import Address, Conversation, Wake, Watch
from bot.outlook import in_order, worst
from bot.replace import replace

LASTS: Final = timedelta(days=7)
"""How long somebody is told of changes; the phrases say so, too."""

LINGERS: Final = timedelta(hours=6)
"""How long somebody who was told that it is back is told if it comes again; the phrases say so, too."""

_SOMETHING: Final[Troubles] = ((Service.IMESSAGE, "outage"),)
"""What those know of whom nothing more was stored than that they wait: at its worst, so it gets no worse."""


def show_status(draft: Draft) -> None:
    """Show what Apple reports now. Whoever follows it has been told what they see here."""
    _see(draft)
    promise = (draft.scene.phrase("turn.watching_already"),) if follows(draft.conversation) else ()
    show_card(draft, *promise)


def heed_apple(draft: Draft) -> None:
    """Put trouble at Apple's end before a step that is gone on with; what a question tells of it is known."""
    if draft.has_resumed and draft.scene.holds(("apple_down", "apple_crowd", "apple_ended")):
        show_status(draft)
    elif APPLE in draft.conversation.topics and (
        draft.has_told_of_apple or (draft.shows_question and tells_of_apple(draft.scene))
    ):
        _see(draft)


def watch(draft: Draft) -> None:
    """Promise to tell of changes from now on; what is on the card is none."""
    scene, now, reports = draft.scene, draft.conversation, reports_here(draft.scene)
    unread = {report.service for report in reports if report.state == "unknown"}
    settled = {each: state for each, state in troubles_here(scene) if each in unread}
    told = dict(now.watch.known) if now.watch else {}
    known = _seen(in_order({**settled, **told}), reports)
    keep(draft, Watch(now.prompt + 1, scene.world.now + LASTS, known, as_of=_as_of(scene, now.watch)))
    draft.note(f"watch.begun_{'down' if known else 'clear' if is_clear(scene) else 'unread'}")
    show_card(draft)


def unwatch(draft: Draft) -> None:
    """End the watch, whether there was one or not."""
    draft.conversation = without_watch(draft.conversation)
    draft.note("turn.unwatched")
    show_card(draft)


def standing(scene: Scene) -> Watch | None:
    """Give the watch of somebody who follows; one that was begun before watches were stored begins now."""
    now = scene.conversation
    if APPLE not in now.topics:
        return None
    return now.watch or Watch(now.prompt, scene.world.now + LASTS, troubles_here(scene) or _SOMETHING)


def learn(draft: Draft, watch: Watch, known: Troubles) -> None:
    """Note what they know now, which decides how long they still follow."""
    now, as_of = draft.scene.world.now, _as_of(draft.scene, watch)
    if watch.known and not known:
        keep(draft, Watch(watch.number, now + LINGERS, is_back=True, as_of=as_of))
    elif watch.is_back and known:
        keep(draft, Watch(watch.number, now + LASTS, known, as_of=as_of))
    else:
        keep(draft, replace(watch, known=known, as_of=as_of))


def keep(draft: Draft, watch: Watch) -> None:
    """Keep this watch, and have it ended when its time is over."""
    before, others = draft.conversation.watch, without_watch(draft.conversation)
    draft.conversation = replace(others, topics=(*others.topics, APPLE), watch=watch)
    if before is None or (before.number, before.until) != (watch.number, watch.until):
        draft.owe(wake_of(draft.conversation.address, watch))


def wake_of(address: Address, watch: Watch) -> Wake:
    """Give what ends the watch."""
    return Wake(address, watch.until, watch.number, "watch_over")


def without_watch(conversation: Conversation) -> Conversation:
    """Give the conversation of somebody who does not follow Apple's services."""
    topics = tuple(each for each in conversation.topics if each != APPLE)
    return replace(conversation, topics=topics, watch=None)


def troubles_here(scene: Scene, *more: Service) -> Troubles:
    """Give what has settled of the services that matter here, and of those besides."""
    outlook, services = scene.world.outlook, {*services_here(scene), *more}
    return tuple(each for each in outlook.troubles if each[0] in services) if outlook else ()


def is_older(scene: Scene, watch: Watch) -> bool:
    """Say whether this world is behind the one that they know, as a process may be for some seconds."""
    outlook = scene.world.outlook
    return bool(outlook and watch.as_of and outlook.settled_at < watch.as_of)


def _see(draft: Draft) -> None:
    watch = standing(draft.scene)
    if watch and not is_older(draft.scene, watch):
        learn(draft, watch, _seen(watch.known, reports_here(draft.scene)))


def _as_of(scene: Scene, watch: Watch | None) -> datetime | None:
    outlook = scene.world.outlook
    return outlook.settled_at if outlook else watch.as_of if watch else None


def _seen(known: Troubles, reports: tuple[Report, ...]) -> Troubles:
    """Give what they know after these reports: what is well is forgotten, the rest stays at its worst."""
    states = dict(known)
    for report in reports:
        if report.state == "ok":
            states.pop(report.service, None)
        elif report.state != "unknown":
            states[report.service] = worst((states.get(report.service, "ok"), report.state))
    return in_order(states)
