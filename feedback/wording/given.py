"""What was done for them already, or is on its way, in words: no message offers it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from feedback.policy.decision import Remedy
from feedback.wording import commitments
from feedback.wording.phrases import Phrases


class Stage(StrEnum):
    """AGREED: granted, and no promise says when; COMING: promised, and nobody has said that it was done."""

    AGREED = "agreed"
    COMING = "coming"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One of a decision's remedies, or of its alternatives, and how far it is."""

    remedy: Remedy
    stage: Stage


def lines(given: Sequence[Given], book: Phrases) -> list[str]:
    """One for each; what is on its way has its day in the recap, with the promise."""
    return [
        "– "
        + book.word("words", f"given_{one.stage}").replace("{what}", commitments.of_remedy(one.remedy, book))
        for one in given
    ]
