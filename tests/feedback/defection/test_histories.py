"""What many customers bought, packed: the same whatever ids a database gave."""

import numpy as np

from feedback.defection.histories import Histories


def test_ids_that_lie_far_apart_are_told_apart_as_those_that_lie_close():
    """Of the first there is a place for each id, of the others they are sorted: nothing else differs."""
    dice = np.random.default_rng(6)
    who, days = dice.integers(0, 40, 300), dice.integers(738_000, 738_300, 300)
    amounts = dice.integers(-2, 9, 300)

    close, far = (Histories.pack(who * times, days, amounts) for times in (1, 10**12))

    assert (close.customers * 10**12).tolist() == far.customers.tolist()
    for name in ("starts", "days", "amounts"):
        assert getattr(close, name).tolist() == getattr(far, name).tolist()
