"""How often one stranger may do a thing: counted in the cache that all web processes share (CACHE_URL)."""

import hashlib

from django.core.cache import cache


def is_past(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more time; True: it is past `most` within `seconds` of the first. `who` is kept as a digest.

    Two counts at the same moment may be one: a brake, not a lock. With locmemcache each process counts alone.
    """
    key = f"{what}:" + hashlib.sha256(who.encode()).hexdigest()
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two
        return False
