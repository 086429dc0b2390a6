"""Apple's System Status in the chat: a card with buttons of its own, and word when all is well again.

The card stands at the place where the person is. Whoever wants to be told follows the topic `APPLE`; they are
told once, because the turn that tells them ends it.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from bot.dialogue.book import Book
from bot.dialogue.draft import Draft
from bot.dialogue.phrase import STATUS_PAGES, Scene, full_report, moment, question, service_name
from bot.dialogue.vocabulary import CardName, verdict, watched
from bot.model import LANGUAGES, Board, Choice, Report, Service, World

APPLE: Final = "apple"
"""The topic of those who want to be told when Apple's services are back."""


def show_status(draft: Draft) -> None:
    """Show what Apple reports now. Whoever waited for good news and sees it here has been told."""
    if is_clear(draft.scene):
        draft.drop_topic(APPLE)
    promise = (draft.scene.phrase("turn.watching_already"),) if _follows(draft.scene) else ()
    _show_card(draft, *promise)


def watch(draft: Draft) -> None:
    """Promise to tell when it is back; where Apple reports no problem there is nothing to wait for."""
    if is_clear(draft.scene):
        draft.note("turn.nothing_to_watch")
        show_status(draft)
        return
    draft.add_topic(APPLE)
    draft.note("turn.watching")
    _show_card(draft)


def unwatch(draft: Draft) -> None:
    """End the watch, whether there was one or not."""
    draft.drop_topic(APPLE)
    draft.note("turn.unwatched")
    _show_card(draft)


def tell_back(draft: Draft) -> None:
    """Say that it is back, above the buttons of the question, or of the card where that is all there was."""
    draft.drop_topic(APPLE)
    news, now = draft.scene.phrase("turn.back_again"), draft.conversation
    if is_card(now.offered) and now.place == draft.book.start.begin:
        draft.show(news, _buttons(draft.scene))
    else:
        draft.tell(news)


def mention_watch(draft: Draft) -> None:
    """Say, to somebody who leaves the guide, that they will still be told, and how to end that."""
    if _follows(draft.scene):
        draft.tell(f"{question(draft.scene)}\n\n{draft.scene.phrase('turn.still_watching')}")


def waits_no_longer(scene: Scene) -> bool:
    """Say whether this is somebody who is to be told that it is back."""
    return _follows(scene) and is_clear(scene)


def is_clear(scene: Scene) -> bool:
    """Say whether Apple's board was read and reports no problem that matters here."""
    return verdict(_reports(scene)) == "clear"


def may_be_news(book: Book, world: World) -> bool:
    """Say whether there may be somebody to tell: all is well with what one of the flows watches."""
    boards = filter(None, map(world.board, LANGUAGES))
    return any(
        verdict(watched(board, flow.watches or tuple(Service))) == "clear"
        for board in boards
        for flow in book.flows.values()
    )


def is_card(offered: Iterable[str]) -> bool:
    """Say whether these are the buttons of a card, and not those of the question."""
    return "fix" in offered


def status_lines(scene: Scene, reports: Iterable[Report]) -> Iterator[str]:
    """Say what Apple reports of each service, with a mark that is read at a glance."""
    for report in reports:
        name = service_name(scene, report.service)
        if report.state in ("ok", "unknown"):
            yield scene.phrase(f"status.{report.state}", service=name)
        else:
            yield full_report(scene, report)
        if report.planned:
            yield scene.phrase("report.planned", service=name, since=moment(scene, report.planned))


def card_lines(scene: Scene) -> Iterator[str]:
    """Say what Apple reports of the services that matter here, and when that was read."""
    board = scene.world.board(scene.conversation.language)
    if board is None:
        yield scene.phrase("status.unread_here", page=STATUS_PAGES[scene.conversation.language])
    else:
        yield _checked(scene, board)
        yield from status_lines(scene, _reports(scene))
        if scene.world.crowd and verdict(_reports(scene), crowd=True) == "crowd":
            yield scene.phrase("status.crowd", since=moment(scene, scene.world.crowd))


def _checked(scene: Scene, board: Board) -> str:
    """Say when it was read, and how long ago that is, from a minute on."""
    checked_at, age = moment(scene, board.checked_at), scene.world.now - board.checked_at
    if age < timedelta(minutes=1):
        return scene.phrase("status.title", checked_at=checked_at)
    minutes = str(age // timedelta(minutes=1))
    return scene.phrase("status.aged", checked_at=checked_at, minutes=minutes)


def _show_card(draft: Draft, *more: str) -> None:
    draft.show("\n\n".join(("\n".join(card_lines(draft.scene)), *more)), _buttons(draft.scene))


def _buttons(scene: Scene) -> tuple[Choice, ...]:
    watching: tuple[CardName, ...] = () if is_clear(scene) else ("watch",)
    names: tuple[CardName, ...] = (*(("unwatch",) if _follows(scene) else watching), "fix")
    return tuple(scene.book.buttons[None, name, scene.conversation.language] for name in names)


def _reports(scene: Scene) -> tuple[Report, ...]:
    """Give the reports that matter to the flow; to one that does not say which, all do."""
    return watched(scene.world.board(scene.conversation.language), scene.flow.watches or tuple(Service))


def _follows(scene: Scene) -> bool:
    return APPLE in scene.conversation.topics
