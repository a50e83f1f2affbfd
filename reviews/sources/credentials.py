"""What opens a source of reviews: feedback.credentials by its short name."""

from feedback import credentials
from feedback.credentials import Secret as Secret
from reviews.models import Source


def name(source: Source, what: str) -> str:
    """`my-shop`, `KEY` → `SOURCE_MY_SHOP_KEY`."""
    return credentials.name(source.slug, what)


def value(source: Source, what: str) -> str:
    """Raises Away when it is not set."""
    return credentials.value(source.slug, what)


def named(source: Source, *whats: str) -> list[Secret]:
    """For the set-up page: which are there. Never their values."""
    return credentials.named(source.slug, *whats)
