"""RULE: visits to come by BG/NBD (Fader, Hardie & Lee 2005), where the extra "ltv" is installed.

The library is clvkit; nothing of it is needed otherwise, and it is imported late: it brings pandas.
"""

from importlib.util import find_spec

import numpy as np

from feedback.defection.histories import Histories, Real, Snapshot

FEWEST = 300  # customers who came again, below which four parameters are not looked for
MOST = 20_000  # customers that they are looked for in; everybody is foretold with them
_SEED = 1


def is_there() -> bool:
    return find_spec("clvkit") is not None


def are_enough(known: Snapshot) -> bool:
    return bool(np.count_nonzero(known.n > 1) >= FEWEST)


def visits(histories: Histories, day: int, *, ahead: int) -> Real | None:
    """Of everybody who had bought by `day`, in the `ahead` days after it; as Snapshot has them. None: no
    library, too few customers, or nothing that can be used came out."""
    known = histories.on(day)
    if not is_there() or not are_enough(known):
        return None
    from clvkit import BGNBD

    part = np.arange(len(known))
    if len(known) > MOST:
        part = np.sort(np.random.default_rng(_SEED).choice(part, MOST, replace=False))
    model = BGNBD().fit(_base(known, part))
    found = model.predict(ahead, _base(known, np.arange(len(known)))).to_pandas()
    found = np.asarray(found, np.float64).reshape(len(known))
    return found if np.isfinite(found).all() and (found >= 0).all() else None


def _base(known: Snapshot, part: np.ndarray):  # type: ignore[no-untyped-def]
    import pandas
    from clvkit import CustomerBase

    columns = {"frequency": known.n - 1, "recency": known.last - known.first, "T": known.day - known.first}
    table = pandas.DataFrame({name: column[part].astype(float) for name, column in columns.items()})
    end = pandas.Timestamp.fromordinal(known.day)
    return CustomerBase(
        table, time_unit="D", observation_period_end=end, has_monetary=False, on_negative="net"
    )
