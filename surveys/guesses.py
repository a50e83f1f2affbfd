"""How often one account or program may ask for a code that there is not: counted in the database, exactly.

A cache that all processes share would lose counts when two ask at once; here the row decides. A look is
counted before it is made and taken off again when the code was there, so that fifty at once are fifty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from surveys.models import Guesses
from surveys.rewards import NoSuchCode

MOST, WITHIN = 30, timedelta(minutes=1)
_COUNT = """
    INSERT INTO surveys_guesses (who, began_at, misses) VALUES (%s, %s, 1)
    ON CONFLICT (who) DO UPDATE SET
        misses = CASE WHEN surveys_guesses.began_at <= %s THEN 1 ELSE surveys_guesses.misses + 1 END,
        began_at = CASE WHEN surveys_guesses.began_at <= %s THEN excluded.began_at
                        ELSE surveys_guesses.began_at END
    RETURNING misses
"""


class TooMany(RuntimeError):
    """Nothing was looked up. `wait`: seconds until the next one is."""

    def __init__(self, wait: int) -> None:
        super().__init__("too many guesses")
        self.wait = wait


@contextmanager
def counted(who: str, now: datetime | None = None) -> Iterator[None]:
    """Around one look for a code, outside any transaction of it. Raises TooMany."""
    now = now or timezone.now()
    if _one_more(who, now) > MOST:
        raise TooMany(_wait(who, now))
    try:
        yield
    except NoSuchCode:
        raise
    except BaseException:
        _take_off(who)
        raise
    _take_off(who)


def _one_more(who: str, now: datetime) -> int:
    adapt = connection.ops.adapt_datetimefield_value
    ended = adapt(now - WITHIN)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [who, adapt(now), ended, ended])
        found: tuple[int] = cursor.fetchone()
    return found[0]


def _take_off(who: str) -> None:
    Guesses.objects.filter(who=who, misses__gt=0).update(misses=F("misses") - 1)


def _wait(who: str, now: datetime) -> int:
    began = Guesses.objects.values_list("began_at", flat=True).get(who=who)
    return max(1, round((began + WITHIN - now).total_seconds()))
