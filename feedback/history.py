"""Prove that history still holds: each decision is made again from its own columns and its policy version."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from feedback.models import Decision, Policy
from feedback.policy.canonical import digest_of_plain
from feedback.policy.decide import decide
from feedback.policy.facts import BadFacts, Facts
from feedback.policy.terms import BadTerms, Terms

BATCH = 2000


class Kept(NamedTuple):
    """What is kept of a decision, without the row around it: that takes as long as deciding."""

    pk: int
    comment: int
    policy: int | None
    terms_digest: str
    facts: Any
    facts_digest: str
    decision: Any
    decision_digest: str
    rule: str
    needs_approver: bool


def differences() -> Iterator[tuple[Kept, str]]:
    """Every decision, the oldest first, with what comes out otherwise; "" when nothing does. Two queries."""
    known: dict[int | None, Terms | None] = {None: Terms.shipped()}
    known |= {pk: _terms(data) for pk, data in Policy.objects.values_list("pk", "terms")}
    rows = Decision.objects.order_by("pk").values_list(*Kept._fields)
    for row in map(Kept._make, rows.iterator(chunk_size=BATCH)):
        yield row, _difference(row, known.get(row.policy))


def _terms(data: Any) -> Terms | None:
    try:
        return Terms.from_dict(data)
    except (BadTerms, TypeError, ValueError, AttributeError):
        return None


def _difference(row: Kept, terms: Terms | None) -> str:
    if terms is None:
        return "the policy version cannot be read"
    if row.terms_digest != terms.digest:
        return "the policy version is no longer what it was"
    try:
        facts = Facts.from_dict(row.facts)
    except (BadFacts, TypeError, ValueError) as error:
        return f"the facts cannot be read: {error}"
    if digest_of_plain(row.facts) != row.facts_digest:  # they are kept as they were hashed
        return "the facts do not fit their hash"
    again = decide(facts, terms)
    written = again.as_dict()
    if written != row.decision or digest_of_plain(written) != row.decision_digest:
        return "the policy decides otherwise"
    if (str(again.rule), again.needs_approver) != (row.rule, row.needs_approver):
        return "rule or approver are not those of the decision"
    return ""
