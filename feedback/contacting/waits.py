"""RULE: how long somebody waited, in five steps: near enough to compare people who waited alike."""

from bisect import bisect_right

STEPS = (30, 120, 300, 600)  # seconds at which the next step begins
NAMES = ("under_30_s", "under_2_min", "under_5_min", "under_10_min", "longer")
LONGEST = 24 * 3600  # what is longer was a call-back, or a slip


def step(seconds: int) -> int:
    """0 to 4."""
    return bisect_right(STEPS, seconds)
