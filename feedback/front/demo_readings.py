"""What the demo shop's staff said of texts that the machine had read, and found out about cases since."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from feedback import cases, corrections, journal
from feedback.corrections import Said
from feedback.models import Comment, Decision, FactCorrection, User
from feedback.text.themes import theme_of_problem
from reviews.models import Review

ONE_OF = 7  # reviews that somebody looked at
_FEELINGS = {"praise": "positive", "question": "neutral", "mixed": "neutral"}


def looked_at(told: Iterable[dict[str, Any]], by: list[User]) -> None:
    """Some of the reviews, as they were meant. `told` in the order in which they were taken in."""
    chosen = {f"demo-{number}": one for number, one in enumerate(told) if number % ONE_OF == 0}
    reviews = Review.objects.filter(external_id__in=chosen).select_related("comment__analysis")
    for number, review in enumerate(reviews.order_by("pk")):
        said = _meant(chosen[review.external_id], corrections.themes_of(review.comment))
        edition = review.comment.analysis.edition
        corrections.correct(review.comment, said, by=by[number % len(by)], edition=edition)


def looked_into(dice: random.Random, by: User, now: datetime) -> None:
    """Older cases whose fault nobody knew: most were looked into, and some turned out to be ours."""
    waiting = Decision.objects.filter(
        is_current=True, rule="investigate", case__opened_at__lt=now - timedelta(days=20)
    )
    chosen = [one for one in waiting.select_related("case", "comment").order_by("pk") if dice.random() < 0.85]
    found = [fact for one in chosen for fact in _found_out(dice, one, by)]
    comments = Comment.objects.select_related("analysis", "order")
    opened = {one.comment_id: one.case for one in chosen}
    with journal.recording():
        FactCorrection.objects.bulk_create(found)
        decided = cases.decide_many(list(comments.filter(pk__in=opened)), now, cases=opened)
        for fact in found:
            journal.log("fact corrected", fact.comment, by=by, name=fact.name)
    for row in decided.values():
        row.made_at = opened[row.comment_id].opened_at + timedelta(days=2)
    Decision.objects.bulk_update(decided.values(), ["made_at"], batch_size=200)


def _found_out(dice: random.Random, decision: Decision, by: User) -> Iterable[FactCorrection]:
    at = decision.case.opened_at + timedelta(days=2)
    known = {"comment": decision.comment, "by": by, "at": at}
    is_ours = dice.random() < 0.15
    reason = "Đã xem ảnh và hỏi kho: lỗi của mình." if is_ours else "Đã hỏi đơn vị giao, đã xem lại đơn."
    yield FactCorrection(name="investigated", value=True, reason=reason, **known)
    if is_ours:
        yield FactCorrection(name="fault", value="ours", reason=reason, **known)


def _meant(told: dict[str, Any], themes: dict[str, str]) -> Said:
    """The theme of what went wrong was there, whatever the machine found; the others stay as it read them."""
    theme = theme_of_problem().get(told["about"])
    if theme:
        themes = themes | {theme: "negative"}
    sides = {slug: "neutral" if side == "unknown" else side for slug, side in themes.items()}
    return Said(sentiment=_FEELINGS.get(told["bucket"], "negative"), problem=told["about"], themes=sides)
