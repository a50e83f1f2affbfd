"""How a definition of defection did on the past, as plain cells: the shares with their intervals, beside how
many of all customers stopped (S2-1, S2-3)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from feedback.defection.backtests import BackTest, Share

COLUMNS = ("figure", "count", "of", "share", "low", "high")


def shares(tested: BackTest) -> dict[str, Share]:
    """What the page draws: whether it was right beside the base rate, and how many of those who stopped it
    found beside how many of all customers it names."""
    return {
        "base_rate": tested.base_rate,
        "precision": tested.right,
        "recall": tested.found,
        "flagged": tested.named,
    }


def lines(tested: BackTest) -> Iterator[list[Any]]:
    for name, one in shares(tested).items():
        yield [name, one.count, one.n, *(_rounded(end) for end in (one.value, one.low, one.high))]
    yield ["false_alarms", tested.came_back, tested.flagged, "", "", ""]
    yield ["alerts_a_week", round(tested.alerts_per_week, 2), "", "", "", ""]
    yield ["false_alarms_a_week", round(tested.false_alarms_per_week, 2), "", "", "", ""]
    yield ["lead_days", "" if tested.lead_days is None else tested.lead_days, "", "", "", ""]


def as_data(tested: BackTest) -> dict[str, Any]:
    return {
        "cut": date.fromordinal(tested.cut),
        "window_days": tested.window,
        **{
            name: {"count": one.count, "of": one.n, "share": one.value, "low": one.low, "high": one.high}
            for name, one in shares(tested).items()
        },
        "false_alarms": tested.came_back,
        "alerts_a_week": tested.alerts_per_week,
        "false_alarms_a_week": tested.false_alarms_per_week,
        "lead_days": tested.lead_days,
    }


def _rounded(share: float | None) -> Any:
    return "" if share is None else round(share, 4)
