"""What a reply keeps of its review as it stands: so one index answers every filter of the desk's list."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from feedback.models import Analysis, Comment, Mention
from reviews.models import Reply, Review

MOST_THEMES = 100  # of one text; they stand in one column
_KEPT = ("sentiment", "has_leverage", "themes")


def columns(comments: Iterable[Comment]) -> dict[int, dict[str, Any]]:
    """By the comment's key, for replies to the review with these words. Their reading is known. One query."""
    by_key = {comment.pk: comment.analysis for comment in comments}
    themes = _themes(by_key)
    return {key: _of(analysis, themes.get(key, ())) for key, analysis in by_key.items()}


def follow(comments: Collection[Comment]) -> None:
    """Their reading is another now, or they are the newer words of a review: so it is told of its replies.

    In the transaction that changed it, whose caller has locked the comments.
    """
    keys = [comment.pk for comment in comments]
    found = Reply.objects.filter(review__in=Review.objects.filter(comment__among=keys).values("pk"))
    replies = list(found.select_for_update(no_key=True, of=("self",)).select_related("review").order_by("pk"))
    if not replies:
        return
    answered = {reply.review.comment_id for reply in replies}
    themes = _themes(answered)
    analyses = Analysis.objects.in_bulk(answered)
    for reply in replies:
        key = reply.review.comment_id
        kept = _of(analyses.get(key), themes.get(key, ()))
        if kept != {name: getattr(reply, name) for name in _KEPT}:
            Reply.objects.filter(pk=reply.pk).update(**kept)


def has_theme(theme: int) -> str:
    """What stands in `themes` of a reply to a review with this theme."""
    return f" {theme} "


def _themes(keys: Iterable[int]) -> dict[int, list[int]]:
    """The themes that stand, by the comment's key."""
    found: dict[int, list[int]] = {}
    told = Mention.objects.counted().filter(comment__among=list(keys)).order_by("theme")
    for comment, theme in told.values_list("comment", "theme"):
        found.setdefault(comment, []).append(theme)
    return found


def _of(analysis: Analysis | None, themes: Sequence[int]) -> dict[str, Any]:
    return {
        "sentiment": analysis.final_sentiment if analysis else "",
        "has_leverage": bool(analysis and analysis.leverage),
        "themes": f" {' '.join(map(str, themes[:MOST_THEMES]))} " if themes else "",
    }
