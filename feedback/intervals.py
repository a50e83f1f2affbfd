"""RULE: how sure a share is, and by how much two of them differ. Plain Python."""

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


def difference(count: int, n: int, before: int, n_before: int) -> tuple[float, float] | None:
    """The 95 % interval of by how much the first share is the higher one, −1 to 1 (Newcombe 1998, method 10);
    None where one of them is of nothing."""
    one, other = wilson(count, n), wilson(before, n_before)
    if one is None or other is None:
        return None
    share, share_before = count / n, before / n_before
    below = sqrt((share - one[0]) ** 2 + (other[1] - share_before) ** 2)
    above = sqrt((one[1] - share) ** 2 + (share_before - other[0]) ** 2)
    moved = share - share_before
    return max(-1.0, moved - below), min(1.0, moved + above)
