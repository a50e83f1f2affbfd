"""The twin of a review that holds leverage: the same words without it, read, decided and drafted afresh.

Both sides go the whole way, so that the page shows what is so and not what we believe (S3-4).
"""

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from feedback import comments, engines, facts, shop
from feedback.models import Analysis, Comment, Decision
from feedback.orthography import says_something
from feedback.policy.decide import decide
from feedback.policy.facts import Facts
from feedback.policy.terms import Terms
from reviews import drafting
from reviews.models import Reply

_ENDS = ".!?…"
# That the bank has the matter is a fact and no pressure, also where it is said in one breath with the demand
# (S3-4 c): that one is not taken out with the words.
_STAYS = "dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What follows from some words. Digests are SHA-256 of the decision's canonical JSON and of the draft."""

    words: str
    decision: Mapping[str, Any]
    decision_digest: str
    draft: str
    draft_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """`dispute_stays`: the marked words alone speak of a dispute, which counts on both sides all the same."""

    written: Side
    without: Side
    dispute_stays: bool = False

    @property
    def are_alike(self) -> bool:
        return self._of(self.written) == self._of(self.without)

    @property
    def can_be_compared(self) -> bool:
        """Whether anything is left to read where the marked words are taken out."""
        return says_something(self.without.words)

    @staticmethod
    def _of(side: Side) -> tuple[str, str]:
        return side.decision_digest, side.draft_digest


def of(reply: Reply) -> Twins | None:
    """None where nothing is marked as leverage. Takes a reply `with_all_around`."""
    comment = reply.review.comment
    analysis = getattr(comment, "analysis", None)
    if analysis is None or not analysis.leverage:
        return None
    terms = Terms.from_dict(reply.decision.policy.terms) if reply.decision.policy else Terms.shipped()
    known = Facts.from_dict(reply.decision.facts)
    left = cut(comment.words, analysis.leverage_spans)
    told = _told(reply, left, terms)
    rest = Facts.from_dict(reply.decision.facts | {name: told[name] for name in told if name != _STAYS})
    return Twins(
        written=_side(reply, comment.words, known, terms),
        without=_side(reply, left, rest, terms),
        dispute_stays=_STAYS in told,
    )


def cut(words: str, spans: list[list[int]]) -> str:
    """The words without the spans, [start, end] each; gaps close to one space, and no mark stands alone."""
    kept = words
    for start, end in sorted(spans, reverse=True):
        before, after = kept[: max(start, 0)].rstrip(), kept[max(end, 0) :].lstrip()
        if not before or before[-1] in f",;{_ENDS}":
            after = after.lstrip(" ,;" if before and before[-1] in ",;" else f" ,;{_ENDS}")
        kept = f"{before} {after}"
    return kept.strip()


def _told(reply: Reply, left: str, terms: Terms) -> dict[str, Any]:
    """The facts that the marked words alone told, as they are without them.

    Both texts are read at one moment: what has come to be known since is the same for both.
    """
    comment, now = reply.review.comment, timezone.now()
    whole, rest = (
        facts.gather([_read(comment, words)], terms, now)[comment.pk].facts.as_dict()
        for words in (comment.words, left)
    )
    return {name: rest[name] for name in rest if rest[name] != whole[name]}


def _read(comment: Comment, left: str) -> Comment:
    """The comment as if only this had been written; a person's correction of the reading stands."""
    twin = copy.copy(comment)
    twin._state = copy.copy(comment._state)
    twin._state.fields_cache = dict(comment._state.fields_cache)
    twin.title, twin.text = "", left
    (reading,) = comments.readings([twin], engines.at_work().reader)
    analysis = Analysis(**comments.analysis(twin, reading, timezone.now()))
    analysis.corrected_problem = comment.analysis.corrected_problem
    twin._state.fields_cache["analysis"] = analysis
    return twin


def _side(reply: Reply, words: str, known: Facts, terms: Terms) -> Side:
    decided = decide(known, terms)
    row = Decision(decision=decided.as_dict(), facts=known.as_dict())
    review = reply.review
    seed = drafting.seed_of(review, reply.case)
    draft = drafting.words_of(reply.language, row, review.source, seed, shop.current())
    return Side(
        words=words,
        decision=row.decision,
        decision_digest=decided.digest,
        draft=draft,
        draft_digest=hashlib.sha256(draft.encode()).hexdigest(),
    )
