"""What opens something outside: read from the environment by name, never kept in the database.

Connectors §0, 7.
"""

from dataclasses import dataclass

from django.conf import settings

from feedback.web import Away, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """The name of one variable, and whether it is set."""

    name: str
    is_set: bool


def name(slug: str, what: str) -> str:
    """`my-shop`, `KEY` → `SOURCE_MY_SHOP_KEY`."""
    return f"SOURCE_{slug.upper().replace('-', '_')}_{what}"


def value(slug: str, what: str) -> str:
    """Raises Away when it is not set."""
    found: str = settings.SOURCE_SECRETS.get(name(slug, what), "")
    if not found:
        raise Away(Trouble.NO_CREDENTIALS)
    return found


def values(slug: str, what: str) -> list[str]:
    """Several, with spaces between, while one takes the place of another; none when it is not set."""
    return str(settings.SOURCE_SECRETS.get(name(slug, what), "")).split()


def named(slug: str, *whats: str) -> list[Secret]:
    """For the set-up page: which are there. Never their values."""
    names = [name(slug, what) for what in whats]
    return [Secret(name=each, is_set=bool(settings.SOURCE_SECRETS.get(each))) for each in names]
