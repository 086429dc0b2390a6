"""What a typed message does: what it shows, if it was pasted, or what it means as an answer."""

from bot.dialogue.buttons import offered_options
from bot.dialogue.command import obey, switch
from bot.dialogue.draft import Draft
from bot.dialogue.evidence.find import shown_by
from bot.dialogue.evidence.told import told_machine
from bot.dialogue.status import is_card
from bot.dialogue.understand import (
    Answered,
    Commanded,
    Meaning,
    Named,
    Nodded,
    Solved,
    Switched,
    Thanked,
    Unclear,
)
from bot.dialogue.vocabulary import CONSENT
from bot.events import Said
from bot.model import Conversation, Finding, Place


def read(draft: Draft, said: Said) -> None:
    """Follow what the text shows, or else take it for an answer."""
    findings = shown_by(said)
    if draft.scene.state.asks == "machine" and (machine := _machine(said.text, findings)):
        draft.learn(machine)
        draft.note("turn.noted")
        draft.ask()
    elif findings:
        draft.follow(findings)
    else:
        _answer(draft, said.text)


def _machine(text: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Give what the text says of the device; nothing if it shows a trouble, too, which leads elsewhere."""
    found = {each.name: each for each in (*findings, *told_machine(text))}
    return tuple(found.values()) if found.keys() <= {"model", "macos_version"} else ()


def is_understood(draft: Draft, said: Said) -> bool:
    """Say whether the text is evidence, an answer or a command, and not thanks, small talk or a riddle."""
    if shown_by(said):
        return True
    match _meaning(draft, said.text):
        case Answered() | Commanded() | Switched() | Solved():
            return True
        case Named(flow=flow):
            return _begins(draft, flow)
        case _:
            return False


def _answer(draft: Draft, text: str) -> None:
    meaning = _meaning(draft, text)
    match meaning:
        case Answered(id=id_) if draft.choose(id_):
            pass
        case Commanded(name=name):
            obey(draft, name)
        case Switched(language=language):
            switch(draft, language)
        case Solved() if draft.conversation.prompt:
            draft.leave("solved")
        case _ if draft.scene.state.end:
            _answer_at_end(draft, meaning)
        case Thanked():
            draft.note("turn.thanks")
        case _ if not draft.conversation.prompt:
            _begin_with(draft, meaning)
        case Named(flow=flow) if _begins(draft, flow):
            _begin_with(draft, meaning)
        case Named(flow=flow, state=state) if state and flow == draft.conversation.place.flow:
            draft.begin(Place(flow, state))
        case _:
            _ask_again(draft, meaning)


def _answer_at_end(draft: Draft, meaning: Meaning) -> None:
    """Leave it at that where only politeness is said; else begin anew."""
    match meaning:
        case Thanked():
            draft.tell(draft.scene.phrase("turn.farewell"))
        case Nodded() | Unclear(empty=True):
            draft.tell(draft.scene.phrase("turn.after_end"))
        case _:
            draft.restart()
            _begin_with(draft, meaning)


def _ask_again(draft: Draft, meaning: Meaning) -> None:
    offered = draft.conversation.offered
    match meaning:
        case _ if not offered:
            draft.note("turn.welcome_back")
        case Nodded() if is_card(offered):
            draft.ask()
        case Unclear(empty=True):
            draft.note("turn.nothing_read")
        case _:
            draft.note("turn.unclear")


def _begins(draft: Draft, flow: str) -> bool:
    """Say whether naming this topic begins it: where that is asked, or how it went with another one."""
    here, start = draft.conversation.place, draft.book.start.begin
    return here == start or (draft.scene.is_check_in and flow != here.flow)


def _begin_with(draft: Draft, meaning: Meaning) -> None:
    """Start the flow that somebody names in their first words; who names none is asked."""
    if isinstance(meaning, Named):
        if draft.scene.is_check_in:
            draft.begin_case()
        flow = draft.book.flows[meaning.flow]
        draft.begin(Place(flow.name, meaning.state) if meaning.state else flow.begin)


def _meaning(draft: Draft, text: str) -> Meaning:
    """Say what the text means. Of a question that is not on the screen, only plain answers are understood.

    A number, "OK" or "I agree" says too little without the question to be taken for its answer.
    """
    understand, state = draft.book.lexicon.understand, draft.scene.state
    meaning = understand(state, draft.conversation.offered, text)
    if _is_unasked(draft.conversation) and isinstance(meaning, Unclear):
        options = (option.id for option in offered_options(draft.scene))
        plain = tuple(id_ for id_ in options if id_ not in ("go_on", CONSENT))
        return understand(state, plain, text, numbers=False)
    if draft.scene.is_check_in and meaning == Answered("not_yet"):
        return _of_another(draft, text) or meaning
    return meaning


def _of_another(draft: Draft, text: str) -> Named | None:
    """Give the topic that is named, if it is another: "my Mac has the same" says nothing of the iPhone."""
    named = draft.book.lexicon.named(text)
    return named if named and named.flow != draft.conversation.place.flow else None


def _is_unasked(conversation: Conversation) -> bool:
    """Say whether what is on the screen is not the question: a card, or nothing since they left."""
    offered = conversation.offered
    return is_card(offered) or (not offered and conversation.prompt > 0)
