"""What is the same for everybody, drawn once for each state of what it is made of. Kept in the process.

Nothing of one person's may get in: no name, no token, nothing that only some roles may see.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import TypeVar, cast

from django.conf import settings

from feedback import totals

MOST = 100  # those that were asked for last
Drawn = TypeVar("Drawn")
_kept: OrderedDict[Hashable, tuple[Hashable, object]] = OrderedDict()
_NOTHING = object()
_lock = Lock()


def once(key: Hashable, make: Callable[[], Drawn], state: Hashable = None) -> Drawn:
    """What `make` gave for this key in this state, which takes the place of what it gave in another one. Both
    name all that it is made of: what may change without changing them is shown as it was."""
    with _lock:
        known, made = _kept.get(key, (_NOTHING, None))
        if known == state:
            _kept.move_to_end(key)
            return cast(Drawn, made)
    made = make()  # two may draw the same at once: that costs less than waiting for each other
    if not settings.DEBUG:
        with _lock:
            _kept[key] = state, made
            _kept.move_to_end(key)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return made


def while_totals_stay(
    key: Hashable, make: Callable[[], Drawn], first: date = date.min, last: date = date.max
) -> Drawn:
    """The same until any of the kept totals of these days changes, which are whole buckets of whatever `make`
    reads. One query; it asks before `make` reads them, so that what changes in between is drawn anew the next
    time."""
    return once(key, make, totals.stamp(first, last))


def forget() -> None:
    """Between tests, which take back what they wrote."""
    with _lock:
        _kept.clear()
