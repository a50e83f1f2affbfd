"""What opens a source: read from the environment by name, never kept in the database (connectors §0, 7)."""

from dataclasses import dataclass

from django.conf import settings

from reviews.models import Source
from reviews.sources import Away, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """The name of one variable, and whether it is set."""

    name: str
    is_set: bool


def name(source: Source, what: str) -> str:
    """`my-shop`, `KEY` → `SOURCE_MY_SHOP_KEY`."""
    return f"SOURCE_{source.slug.upper().replace('-', '_')}_{what}"


def value(source: Source, what: str) -> str:
    """Raises Away when it is not set."""
    found: str = settings.SOURCE_SECRETS.get(name(source, what), "")
    if not found:
        raise Away(Trouble.NO_CREDENTIALS)
    return found


def named(source: Source, *whats: str) -> list[Secret]:
    """For the set-up page: which are there. Never their values."""
    names = [name(source, what) for what in whats]
    return [Secret(name=each, is_set=bool(settings.SOURCE_SECRETS.get(each))) for each in names]
