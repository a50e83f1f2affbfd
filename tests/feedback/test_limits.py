"""How often one stranger may do a thing, in each of the caches that a shop may choose."""

import pytest
import time_machine
from django.core.cache import cache

from feedback import limits

HOUR = 3600


@pytest.fixture(params=["filebased.FileBasedCache", "locmem.LocMemCache"], autouse=True)
def _in_a_cache(request, settings, tmp_path):
    backend = f"django.core.cache.backends.{request.param}"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path)}}
    cache.clear()


def is_past(who="192.0.2.7"):
    return limits.is_past("ask", who, most=2, seconds=HOUR)


def test_it_counts_each_stranger_by_themselves():
    assert [is_past(), is_past(), is_past(), is_past("192.0.2.8")] == [False, False, True, False]


def test_it_remembers_until_the_time_has_passed_since_the_first():
    """A cache of files keeps what it has raised for five minutes, unless it is told otherwise."""
    with time_machine.travel(0, tick=False) as clock:
        is_past()
        clock.shift(HOUR // 2)
        is_past()
        clock.shift(HOUR // 2 - 1)
        assert is_past()
        clock.shift(2)
        assert not is_past()


def test_it_says_how_often_and_forgets_when_asked():
    assert [limits.count("ask", "me", seconds=HOUR) for _ in range(3)] == [1, 2, 3]
    assert limits.so_far("ask", "me") == 3

    limits.forget("ask", "me")

    assert limits.so_far("ask", "me") == 0
    assert limits.count("ask", "me", seconds=HOUR) == 1


def test_nobody_s_name_or_address_is_kept(tmp_path):
    limits.count("ask", "mai@example.com", seconds=HOUR)

    assert not any(b"mai@" in file.read_bytes() for file in tmp_path.iterdir())
