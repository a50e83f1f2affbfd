"""What the demo shop's staff said of texts that the machine had read: right here, wrong there."""

from collections.abc import Iterable
from typing import Any

from feedback import corrections
from feedback.corrections import Said
from feedback.models import User
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


def _meant(told: dict[str, Any], themes: dict[str, str]) -> Said:
    """The theme of what went wrong was there, whatever the machine found; the others stay as it read them."""
    theme = theme_of_problem().get(told["about"])
    if theme:
        themes = themes | {theme: "negative"}
    sides = {slug: "neutral" if side == "unknown" else side for slug, side in themes.items()}
    return Said(sentiment=_FEELINGS.get(told["bucket"], "negative"), problem=told["about"], themes=sides)
