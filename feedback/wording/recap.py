"""Who does what by when, in words: the recap of a private message (S1-9)."""

from dataclasses import dataclass
from datetime import date

from feedback.wording.phrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """One promise, as the recap says it. `by`: the last day; or `within`: working days. `is_made`: on record
    from before, and not for this text to make; `is_late`: its day is over."""

    what: str
    who: str = ""
    by: date | None = None
    within: int | None = None
    is_made: bool = False
    is_late: bool = False

    @property
    def slot(self) -> str:
        """Of the sentence that says it."""
        if self.by is None:
            return "promised_within"
        return "promised_late" if self.is_late else "promised"


def said(promise: Promised, book: Phrases) -> str:
    what = book.word("words", promise.what) if promise.what in book.slots("words") else promise.what.strip()
    sentence = book.word("words", promise.slot).replace(
        "{who}", promise.who.strip() or book.word("words", "who")
    )
    if promise.by is not None:
        sentence = sentence.replace("{date}", written_date(promise.by, book.language))
    else:
        sentence = sentence.replace("{days}", working_days(promise.within or 1, book))
    return sentence.replace("{what}", what)


def working_days(count: int, book: Phrases) -> str:
    return book.word("words", "working_day" if count == 1 else "working_days").replace("{days}", str(count))


# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on


def written_date(day: date, language: str) -> str:
    """05/12/2026 in Vietnamese, 5 December 2026 in English."""
    if language == "vi":
        return f"{day.day:02}/{day.month:02}/{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, language: str) -> str:
    """05/12 in Vietnamese, 5 Dec in English: of a day that is not far."""
    if language == "vi":
        return f"{day.day:02}/{day.month:02}"
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"
