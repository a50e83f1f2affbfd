"""How often one stranger may do a thing: counted in the cache that all web processes share (CACHE_URL).

Two counts at the same moment may be one: a brake, not a lock. With locmemcache each process counts alone.
"""

import hashlib
import time

from django.core.cache import cache


def is_past(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more time; True: past `most` within `seconds` of the first. `who` is kept as a digest."""
    return count(what, who, seconds=seconds) > most


def count(what: str, who: str, *, seconds: int) -> int:
    """One more time: how many they are by now, within `seconds` of the first."""
    began = cache.get_or_set(_name(what, who), time.time_ns, seconds) or 0
    key = _counter(what, who, began)
    cache.add(key, 0, seconds)
    try:
        times = cache.incr(key)
    except ValueError:  # it ran out between the two
        return 1
    cache.touch(key, seconds)  # a cache of files forgets after five minutes what it has raised
    return times


def so_far(what: str, who: str) -> int:
    began = cache.get(_name(what, who))
    return 0 if began is None else cache.get(_counter(what, who, began), 0)


def forget(what: str, who: str) -> None:
    cache.delete(_name(what, who))


def _name(what: str, who: str) -> str:
    """Of when the first time was. It ends by itself, and the counting with it."""
    return f"{what}:" + hashlib.sha256(who.encode()).hexdigest()


def _counter(what: str, who: str, began: int) -> str:
    return f"{_name(what, who)}:{began}"
