"""S4-4: how many hear of it, by figures of others."""

import pytest

from feedback import word_of_mouth


def test_the_article():
    """S4-4: of 100 bad contacts 48 people tell ten or more each: at least 480 listeners."""
    heard = word_of_mouth.of_bad(100)

    assert (heard.tellers, heard.listeners) == (48, 480)


@pytest.mark.parametrize(
    ("n", "good", "bad"), [(0, 0, 0), (1, 0, 0), (2, 0, 1), (3, 1, 1), (10, 2, 5), (100, 23, 48)]
)
def test_people_are_whole(n, good, bad):
    """S4-4."""
    assert (word_of_mouth.of_good(n).tellers, word_of_mouth.of_bad(n).tellers) == (good, bad)
    assert word_of_mouth.of_good(n).listeners == 10 * good
