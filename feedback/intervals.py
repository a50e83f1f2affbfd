"""RULE: how sure a share is. Plain Python."""

from math import sqrt

Z = 1.96  # 95 %


def wilson(count: int, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927), None of nothing. Within 0 and 1, sound for small n."""
    if not n:
        return None
    share, z2 = count / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    margin = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - margin), min(1.0, middle + margin)
