"""Answers to surveys that say what somebody else said before: noted for people, nothing hangs on it.

Two copies that are read in the same moment by two workers are not noted: neither sees the other's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from feedback import bulk
from feedback.models import Comment, Fingerprint
from feedback.models.words import Channel
from feedback.text.spam import fingerprints, is_copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer that is known already."""

    pk: int
    words: str
    customer: int | None
    said_at: datetime


def note(comments: Sequence[Comment]) -> None:
    """Keep the fingerprints of answers, and whose words they repeat: two queries and an insert for all."""
    prints = {
        one.pk: (one.words, one.said_at, numbers)
        for one in comments
        if one.channel == Channel.SURVEY and (numbers := fingerprints(one.words))
    }
    if not prints:
        return
    whose = dict(Comment.objects.filter(pk__in=prints).values_list("pk", "customer"))
    known = _said_before(prints, [numbers for *_, numbers in prints.values()])
    rows = []
    for pk, (words, said_at, numbers) in sorted(prints.items()):
        this = Said(pk=pk, words=words, customer=whose[pk], said_at=said_at)
        first = _first_of(this, (one for number in numbers for one in known[number]))
        rows.append({"comment_id": pk, "low": numbers[0], "high": numbers[1], "copy_of_id": first})
        for number in set(numbers):
            known[number].append(this)
    bulk.write(Fingerprint, rows)


def _said_before(prints: Iterable[int], numbers: Sequence[tuple[int, int]]) -> defaultdict[int, list[Said]]:
    """By each of the numbers, the answers that were kept under it; a thousand copies stand there once."""
    low, high = ({pair[side] for pair in numbers} for side in (0, 1))
    alike = Fingerprint.objects.filter(Q(low__in=low) | Q(high__in=high), copy_of=None)
    found = alike.exclude(pk__in=prints)
    known: defaultdict[int, list[Said]] = defaultdict(list)
    for one in found.select_related("comment").order_by("pk"):
        comment = one.comment
        said = Said(pk=comment.pk, words=comment.words, customer=comment.customer_id, said_at=comment.said_at)
        for number in {one.low, one.high}:
            known[number].append(said)
    return known


def _first_of(this: Said, others: Iterable[Said]) -> int | None:
    """The earliest of the others with the same words, by somebody else and not in the same breath."""
    same = [
        other.pk
        for other in others
        if (this.customer is None or other.customer != this.customer)
        and other.said_at != this.said_at
        and is_copy(this.words, other.words)
    ]
    return min(same, default=None)
