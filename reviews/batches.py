"""Approve in one go replies that say what one and the same decision allows, each as it was shown (L18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.models import User, authors
from feedback.roles import Role, roles_of
from reviews import replies
from reviews.models import Reply, ReplyQuerySet

AT_ONCE, GROUPS = 30, 30
AMONG = 5_000  # waiting replies that are looked through: more wait for their turn
CHANGED = _("It was changed after it was shown. Look at it again.")
BLOCKED = _("Its words cannot go out like this.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Drafts under one decision in one language; `example` is one of them."""

    digest: str
    language: str
    count: int
    example: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`why_not` is "" for what was approved."""

    reply: Reply
    why_not: str | Promise = ""


def groups(by: User) -> list[Group]:
    """The largest first; only what this person may approve, of the AMONG most urgent. Two queries."""
    counted = list(
        _looked_through(by)
        .values("decision__decision_digest", "language")
        .annotate(n=Count("pk"), first=Min("pk"))
        .filter(n__gt=1)
        .order_by("-n", "first")[:GROUPS]
    )
    examples = Reply.objects.select_related("decision", "review").in_bulk([row["first"] for row in counted])
    return [_group(row, examples[row["first"]]) for row in counted]


def waiting(by: User, *, digest: str, language: str) -> list[Reply]:
    """Of one group the longest waiting, at most AT_ONCE, with what the lint says in `stops`."""
    alike = {"decision__decision_digest": digest, "language": language}
    rows = _looked_through(by).with_all_around().filter(**alike)
    found = list(rows.order_by("drafted_at", "pk")[:AT_ONCE])
    for reply in found:
        reply.stops = [finding for finding in replies.findings(reply, reply.text) if finding.blocks]
    return found


def approve(chosen: Iterable[tuple[str, int]], *, by: User) -> list[Result]:
    """Each by itself, by public id and the edition that was shown: one that fails stops no other."""
    editions = dict(list(chosen)[:AT_ONCE])
    rows = Reply.objects.with_all_around().filter(public_id__in=editions).order_by("drafted_at", "pk")
    return [_approve(reply, editions[reply.public_id], by) for reply in rows]


def _approve(reply: Reply, edition: int, by: User) -> Result:
    try:
        replies.approve(reply, by=by, edition=edition)
    except replies.Stale as stale:
        already = stale.reply.state == Reply.State.APPROVED and stale.reply.approved_by_id == by.pk
        return Result(reply=reply, why_not="" if already else CHANGED)
    except replies.NotAllowed as error:
        return Result(reply=reply, why_not=error.why)
    except replies.Blocked:
        return Result(reply=reply, why_not=BLOCKED)
    return Result(reply=reply)


def are_more() -> bool:
    """Whether more wait than are looked through."""
    return Reply.objects.waiting()[: AMONG + 1].count() > AMONG


def _looked_through(by: User) -> ReplyQuerySet:
    first = _open_to(by).order_by("urgency", "drafted_at", "pk")[:AMONG]
    return Reply.objects.filter(pk__in=first.values("pk"), decision__is_current=True)


def _open_to(by: User) -> ReplyQuerySet:
    """What waits for nobody else. Approving asks again, with the rows locked."""
    rows = Reply.objects.waiting().exclude(held__in=replies.WAITS_FOR_WORD)
    if Role.APPROVER not in roles_of(by):
        return rows.filter(needs_approver=False)
    return rows.exclude(authors.by(by), needs_approver=True)


def _group(row: dict[str, Any], example: Reply) -> Group:
    return Group(
        digest=row["decision__decision_digest"], language=row["language"], count=row["n"], example=example
    )


def counted(results: Sequence[Result]) -> int:
    """How many were approved."""
    return sum(not result.why_not for result in results)
