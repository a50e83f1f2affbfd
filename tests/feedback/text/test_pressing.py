import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.pressing import PAIRS, SINGLES, TOGETHER, Presser, names, present

MANY = len(names())
_rng = np.random.default_rng(3)
WEIGHTS = _rng.normal(size=SINGLES + PAIRS + MANY * (MANY + 1) // 2 + 1).astype(np.float32)


@given(st.lists(st.integers(0, (1 << MANY) - 1), max_size=20))
def test_kinds_together_say_what_each_two_of_them_say(stretches):
    """S3-4"""
    kinds = np.array(stretches, np.int64)
    table = np.zeros((MANY, MANY))
    table[np.triu_indices(MANY)] = WEIGHTS[SINGLES + PAIRS : -1] * TOGETHER

    said = Presser(WEIGHTS)._said_together(kinds)

    assert np.allclose(said, ((present(kinds) @ table) * present(kinds)).sum(axis=1), atol=1e-4)
