"""How right answers are, as shares from 0 to 1."""

from collections.abc import Collection, Sequence


def accuracy(right: Sequence[str], given: Sequence[str]) -> float:
    return sum(map(str.__eq__, right, given)) / len(right)


def recall(right: Sequence[str], given: Sequence[str], name: str) -> float | None:
    """The share of those that are `name` and were said to be; None when none is."""
    found = [answer == name for truth, answer in zip(right, given, strict=True) if truth == name]
    return sum(found) / len(found) if found else None


def macro_f1(right: Sequence[str], given: Sequence[str]) -> float:
    """The mean F1 of the classes that occur among the right answers."""
    names = sorted(set(right))
    return sum(_f1(right, given, name) for name in names) / len(names)


def _f1(right: Sequence[str], given: Sequence[str], name: str) -> float:
    both = sum(truth == answer == name for truth, answer in zip(right, given, strict=True))
    return 2 * both / (sum(truth == name for truth in right) + sum(answer == name for answer in given))


def calibration_error(chances: Sequence[float], hits: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error: how far the chance that was told lies from how often it came true."""
    told, true, many = [0.0] * bins, [0] * bins, [0] * bins
    for chance, hit in zip(chances, hits, strict=True):
        its = min(int(chance * bins), bins - 1)
        told[its] += chance
        true[its] += hit
        many[its] += 1
    return sum(abs(said - came) for said, came in zip(told, true, strict=True)) / max(1, sum(many))


def micro_macro_f1(right: Sequence[Collection[str]], given: Sequence[Collection[str]]) -> tuple[float, float]:
    """Of answers of several names each: over all names together, and the mean over the names that occur."""
    names = sorted({name for some in right for name in some})
    both, all_right, all_given = dict.fromkeys(names, 0), dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    stray = 0
    for truth, answer in zip(right, given, strict=True):
        for name in set(truth):
            all_right[name] += 1
            both[name] += name in answer
        for name in set(answer):
            if name in all_given:
                all_given[name] += 1
            else:
                stray += 1
    total = sum(all_right.values()) + sum(all_given.values()) + stray
    micro = 2 * sum(both.values()) / total if total else 0.0
    each = [2 * both[name] / (all_right[name] + all_given[name]) for name in names]
    return micro, sum(each) / len(each) if each else 0.0
