"""Where customers leave more than elsewhere, and what does not fit a group of buyers (S2-6, S2-10)."""

import random

import pytest

from feedback.defection.leaving import FEWEST, Part, by_group, by_part, judged, reward, size_of


def told(parts):
    return [(one.key, one.group) for one in parts if one.leaves_more or one.complains_more]


def test_the_hotel_that_is_made_for_long_stays():
    """S2-10: one-night guests complain and stay away; who takes many nights does not."""
    rooms = {("room", "1"): (200, 120, 60), ("room", "2"): (150, 40, 9), ("room", "4"): (150, 35, 6)}

    found = judged(by_group("fit", rooms))

    [one_night] = [one for one in found if one.group == "1"]
    assert told(found) == [("room", "1")]
    assert one_night.leaves_more
    assert one_night.complains_more
    assert (one_night.others_n, one_night.others_left, one_night.others_complained) == (300, 75, 15)


def test_each_place_stands_beside_all_other_customers():
    found = judged(by_part("location", {"hue": (100, 60, 0), "web": (900, 300, 0)}, (1000, 360, 0)))

    assert [(one.key, one.others_n, one.leaves_more) for one in found] == [
        ("web", 100, False), ("hue", 900, True)
    ]  # fmt: skip


@pytest.mark.parametrize("n", [FEWEST - 1, FEWEST])
def test_below_so_many_no_share_is_named(n):
    part = Part(kind="location", key="hue", n=n, left=n // 2)

    assert (part.rate is None) == (n < FEWEST)
    assert (part.interval is None) == (n < FEWEST)


def test_few_are_never_told():
    found = judged(by_part("location", {"hue": (FEWEST - 1, FEWEST - 1, 0)}, (1000, 360, 0)))

    assert told(found) == []


def test_where_nothing_differs_hardly_anything_is_told():
    """400 shops of twenty alike places: at most one in twenty of them tells of any."""
    dice = random.Random(7)
    shops = 0
    for _shop in range(400):
        parts = {f"p{n}": (100, sum(dice.random() < 0.3 for _one in range(100)), 0) for n in range(20)}
        whole = (2000, sum(left for _n, left, _c in parts.values()), 0)
        shops += bool(told(judged(by_part("location", parts, whole))))

    assert shops <= 0.05 * 400 + 2 * (400 * 0.05 * 0.95) ** 0.5


@pytest.mark.parametrize(("n", "left"), [(100, 0), (100, 100)])
def test_where_all_or_nobody_left_nothing_is_divided_by_nothing(n, left):
    found = judged(by_part("location", {"hue": (n, left, 0)}, (2 * n, 2 * left, 0)))

    assert told(found) == []


@pytest.mark.parametrize(
    ("quantity", "group"),
    [(0, "1"), (0.25, "1"), (1, "1"), (1.4, "1"), (1.6, "2"), (3.4, "2"), (3.6, "4"), (400, "4")],
)
def test_groups_by_how_many_at_once(quantity, group):
    assert size_of(quantity) == group


@pytest.mark.parametrize(("left", "staying"), [(0, 300), (50, 150), (100, 0)])
def test_a_reward_hangs_on_who_stays(left, staying):
    """S2-6, decision 16: with nobody leaving, the aim, it is paid in full."""
    found = reward(Part(kind="location", key="hue", n=100, left=left), 1000, 30)

    assert (found.fixed, found.from_staying) == (700, pytest.approx(staying))


def test_a_reward_of_too_few_is_not_told():
    assert reward(Part(kind="location", key="hue", n=5, left=1), 1000, 30).from_staying is None


def test_nothing_makes_nothing():
    assert judged([]) == []
