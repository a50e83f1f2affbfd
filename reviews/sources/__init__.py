"""The outside world of reviews: one module per kind of source, called only from jobs and the set-up page.

A module of this package is a Connector: it says what the source answered and knows nothing of our rows'
states. `publish` may raise; then nobody knows whether the words arrived, and `present_reply` is asked before
anything is sent again. A module that can also be asked for reviews is a Reader (docs/sources.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol, cast

from feedback.web import Away as Away
from feedback.web import Trouble as Trouble
from reviews.models import Reply, Source
from reviews.records import ReviewRecord


class Answer(StrEnum):
    PUBLISHED = "published"
    PENDING = "pending"  # the platform still checks it
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`ref`: the reply's own id at the source, if it has one. `reason`: why the platform refused."""

    answer: Answer
    ref: str = ""
    reason: str = ""


class Connector(Protocol):
    def publish(self, source: Source, reply: Reply) -> Outcome:
        """Put the reply beneath its review, over an earlier one of ours. Raises Away, Edited or Gone."""

    def present_reply(self, source: Source, reply: Reply) -> Outcome | None:
        """How this very reply stands at the source now; None: these words are not there. Raises Away."""


class Gone(RuntimeError):
    """The review is no longer shown at the source."""


class Edited(RuntimeError):
    """The review at the source says something else by now: `record`."""

    def __init__(self, record: ReviewRecord) -> None:
        super().__init__("edited")
        self.record = record


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which page is wanted. `cursor`: as the page before gave it, {} for the first of a pass. `bookmark`: as
    the last whole pass gave it, "" before there was one. `sweep`: everything, not only what is new."""

    now: datetime
    sweep: bool
    cursor: Mapping[str, Any] = field(default_factory=dict)
    bookmark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A review that cannot be kept. `reason` names the fields and quotes nobody."""

    external_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`cursor` None: this was the last page of the pass; `bookmark` is then the newest that is known."""

    records: Sequence[ReviewRecord]
    unreadable: Sequence[Unreadable] = ()
    cursor: Mapping[str, Any] | None = None
    bookmark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a test of the connection found. `account`: who replies there; '' when nobody may."""

    reviews: int
    account: str = ""
    replies: Trouble | None = None


class Reader(Connector, Protocol):
    SECRETS: tuple[str, ...]  # what it wants in the environment: SOURCE_<SHORT NAME>_<one of these>

    def fetch(self, source: Source, ask: Ask) -> Page:
        """One page. The same page again, in any order and with doubles, must do no harm. Raises Away."""

    def look(self, source: Source, external_id: str, now: datetime) -> ReviewRecord | Unreadable:
        """One review as it is now. Raises Gone, Away."""

    def check(self, source: Source) -> Checked:
        """Can we read there, and reply? Changes nothing. Raises Away when we cannot even read."""


def connector(source: Source) -> Connector:
    return cast(Connector, import_module(f"reviews.sources.{Source.Kind(source.kind).value}"))


def reader(source: Source) -> Reader:
    """Of a source that has a Polling row."""
    return cast(Reader, connector(source))


def same_words(present: str, text: str) -> bool:
    """Platforms trim and re-wrap; the words are the same when they are the same without their spaces."""
    return present.split() == text.split()
