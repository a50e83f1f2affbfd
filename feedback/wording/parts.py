"""What a private message must have (S1-9): the name, what we can do, a question, who does what by when."""

import re
from collections.abc import Iterator, Sequence

from feedback.orthography import align, unmark
from feedback.policy.decision import Decision, Rule
from feedback.wording.compose import plain_name
from feedback.wording.moments import Moment
from feedback.wording.recap import Promised

STOP_USING = re.compile(
    r"(?:stop using|(?:do not|don't|not) use|unused for now|item aside|ngung dung|ngung su dung"
    r"|dung (?:dung|su dung)|khong (?:nen )?(?:dung|su dung)|cat san pham)"
)
_OFFER = re.compile(
    r"(?<!\w)(?:we (?:can|could|will|are able)|can do|what we (?:can|do)|here is what|"
    r"(?:chung toi|shop|ben em|cua hang|tiem|em|ben minh) (?:co the|se|xin)"
    r"|co the (?:lam|giup|ho tro|tra loi))(?!\w)"
)


def _is_called(name: str, text: str, bare: str) -> bool:
    """With its own marks; a text typed without any may leave them out ("lần" does not call Lan)."""
    if not name:
        return True
    said, called = (bare, unmark(name)) if text == bare else (text, name)
    return re.search(rf"(?<!\w){re.escape(called)}(?!\w)", said) is not None


def missing_parts(
    text: str, decision: Decision, *, name: str, promises: Sequence[Promised], times: Sequence[Moment]
) -> Iterator[str]:
    """The codes of what is missing; `text` is normalised and in small letters; `times` are those it names."""
    bare = unmark(text)
    if not _is_called(align(plain_name(name)).text.lower(), text, bare):
        yield "missing_name"
    if decision.safety and not STOP_USING.search(bare):
        yield "missing_safety"
    if decision.rule != Rule.NO_PROBLEM and not _OFFER.search(bare):
        yield "missing_offer"
    if _needs_an_answer(decision) and "?" not in text:
        yield "missing_question"
    if not _recaps(decision, promises, times):
        yield "missing_recap"


def _needs_an_answer(decision: Decision) -> bool:
    """A choice to make, or facts that are still missing."""
    waiting_for_facts = decision.confirm_fault or decision.investigate_within is not None
    return decision.rule != Rule.DISPUTE and (waiting_for_facts or len(decision.remedies) > 1)


def _recaps(decision: Decision, promises: Sequence[Promised], times: Sequence[Moment]) -> bool:
    """Every promise's day is named; without stored promises, every commitment of the decision."""
    if promises:
        return all(_is_named(promise, times) for promise in promises)
    within = {moment.working_days for moment in times}
    return all(owed.within in within for owed in decision.commitments)


def _is_named(promise: Promised, times: Sequence[Moment]) -> bool:
    if promise.by is None:
        return promise.within in {moment.working_days for moment in times}
    by = promise.by
    return any(moment.day is not None and moment.is_on(by) for moment in times)
