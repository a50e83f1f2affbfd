"""The outside world of reviews: one module per kind of source, called only from jobs.

A module of this package is a Connector: it says what the source answered and knows nothing of our rows'
states. `publish` may raise; then nobody knows whether the words arrived, and `present_reply` is asked before
anything is sent again.
"""

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Protocol, cast

from reviews.models import Reply, Review, Source


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
        """Put the reply beneath its review, over an earlier one if the source keeps only one."""

    def present_reply(self, source: Source, review: Review) -> str | None:
        """The words that stand beneath the review now; None: none."""


def connector(source: Source) -> Connector:
    return cast(Connector, import_module(f"reviews.sources.{Source.Kind(source.kind).value}"))
