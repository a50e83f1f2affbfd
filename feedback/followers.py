"""Other apps keep something of what is read in a text; it follows when the reading becomes another.

The first reading of a text is not told: what is kept of it is made afterwards, from it.
"""

from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from feedback.models import Comment


def tell(comments: Sequence[Comment]) -> None:
    """In the transaction in which their reading was corrected, or made anew."""
    for follow in _followers():
        follow(comments)


@cache
def _followers() -> list[Callable[[Sequence[Comment]], None]]:
    return [import_string(path) for path in settings.READINGS_FOLLOWED_BY]
