"""What is the same for everybody, drawn once for each state of what it is made of. Kept in the process.

Nothing of one person's may get in: no name, no token, nothing that only some roles may see.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

from django.conf import settings

from feedback import totals

MOST = 100  # those that were asked for last
Drawn = TypeVar("Drawn")
_kept: OrderedDict[Hashable, object] = OrderedDict()
_lock = Lock()


def once(key: Hashable, make: Callable[[], Drawn]) -> Drawn:
    """What `make` gave for this key. The key names all that it is made of: what may change without changing
    the key is shown as it was."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return cast(Drawn, _kept[key])
    made = make()  # two may draw the same at once: that costs less than waiting for each other
    if not settings.DEBUG:
        with _lock:
            _kept[key] = made
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return made


def while_totals_stay(key: Hashable, make: Callable[[], Drawn]) -> Drawn:
    """The same until any of the kept totals changes. One query; it asks before `make` reads them, so that
    what changes in between is drawn anew the next time."""
    return once((totals.stamp(), key), make)


def forget() -> None:
    """Between tests, which take back what they wrote."""
    with _lock:
        _kept.clear()
