"""A shop's policy as a value: sums, windows, remedies by problem. Read from data, checked field by field."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Self

from feedback.money import coin
from feedback.policy.canonical import digest, plain
from feedback.policy.facts import MOST, Problem, Standing
from feedback.policy.remedies import ALTERNATIVES, FULL_SET, GOODWILL, OWN_FAULT

LONGEST_SEARCH = 7
"""Working days in which a negotiation must be answered: Law 19/2023/QH15, article 57(2)."""

LONGEST_COMMENT = 2000

# fmt: off
CURRENCIES = frozenset({
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
    "JPY", "KHR", "KRW", "LAK", "MMK", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD",
    "THB", "TRY", "TWD", "USD", "VND", "ZAR",
})
# fmt: on


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


class BadTerms(ValueError):
    """A policy that cannot be: `field` names the place as in `goodwill.share_of_order`.

    `template` and `params`: the message before its words are filled in, for a page to translate.
    """

    def __init__(self, field: str, template: str, **params: object) -> None:
        self.field = field
        self.template = template
        self.params = params
        self.message = template % params
        super().__init__(f"{field}: {self.message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The policy's amounts in one currency."""

    valued_from: Decimal
    goodwill_at_most: Decimal
    staff_limit: Decimal
    shipping: Decimal
    return_: Decimal
    fee: Decimal
    step: Decimal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """`search_days`, `check_days`, `act_days` are working days; shares run from 0 to 1."""

    version: str
    comment: str
    starts_on: date | None
    ends_on: date | None
    money: Mapping[str, Sums]
    share_of_order: Decimal
    assumed_margin: Decimal
    earlier_at_most: int
    window_days: int
    product_share: Decimal
    unsellable_share: Decimal
    search_days: Mapping[str, int]
    check_days: int
    act_days: int
    own_fault: Mapping[str, tuple[str, ...]]
    goodwill: Mapping[str, tuple[str, ...]]
    alternatives: Mapping[str, tuple[str, ...]]
    data: Mapping[str, Any] = field(repr=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest(self.data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Terms) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def as_dict(self) -> dict[str, Any]:
        """The data it was read from: `Terms.from_dict(terms.as_dict()) == terms`."""
        out: dict[str, Any] = plain(self.data)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """BadTerms names the first field that is missing, unknown or impossible."""
        return cls(**_read(data), data=_frozen(data))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # ValueError: a number of thousands of digits, too
            raise _unreadable(str(error), text) from None
        return cls.from_dict(data)

    @classmethod
    def shipped(cls) -> "Terms":
        return _shipped()

    def standing(self, lifetime_value: Decimal | None, currency: str) -> str:
        """Unknown without orders (None), or in a currency the policy has no threshold for."""
        sums = self.money.get(currency)
        if lifetime_value is None or sums is None:
            return Standing.UNKNOWN
        return Standing.VALUED if lifetime_value >= sums.valued_from else Standing.REGULAR


@cache
def _shipped() -> Terms:
    return Terms.from_toml(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


def _frozen(data: Mapping[str, Any]) -> Any:
    frozen = plain(data)
    for name in ("starts_on", "ends_on"):
        if isinstance(frozen.get(name), date):
            frozen[name] = frozen[name].isoformat()
    return frozen


_PLACE = re.compile(r"at line (\d+), column \d+")
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot redefine", "Cannot mutate")


def _unreadable(said: str, text: str) -> BadTerms:
    """tomllib's message as ours: the line, and whether it is a second rule for what has one already."""
    line = found[1] if (found := _PLACE.search(said)) else str(text.count("\n") + 1)  # "at end of document"
    if not said or "recursion" in said:
        return BadTerms("file", _("is nested too deep"))
    if said.startswith(_TWICE):
        return BadTerms("file", _("line %(line)s sets again what was set before it"), line=line)
    return BadTerms("file", _("line %(line)s is not TOML"), line=line)


_SECTIONS = {"windows", "goodwill", "costs", "money", "own_fault", "goodwill_by_problem", "alternatives"}
_HEAD = {"version", "comment", "starts_on", "ends_on"}


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    _only(data, _SECTIONS | _HEAD, "")
    version = data.get("version")
    if not isinstance(version, str) or not 0 < len(version) <= 80 or "\0" in version:
        raise BadTerms("version", _("must be a short text"))
    comment = data.get("comment", "")
    if not isinstance(comment, str) or "\0" in comment:
        raise BadTerms("comment", _("must be a text"))
    if len(comment) > LONGEST_COMMENT:
        raise BadTerms("comment", _("may have at most %(most)s letters"), most=LONGEST_COMMENT)
    return {
        "version": version,
        "comment": comment,
        **_dates(data),
        "money": _money(_section(data, "money")),
        **_windows(_section(data, "windows")),
        **_goodwill(_section(data, "goodwill")),
        **_costs(_section(data, "costs")),
        "own_fault": _kinds(data, "own_fault", OWN_FAULT, required=FULL_SET),
        "goodwill": _kinds(data, "goodwill_by_problem", GOODWILL),
        "alternatives": _kinds(data, "alternatives", ALTERNATIVES),
    }


def _only(table: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(map(str, table)) - known):
        raise BadTerms(f"{place}{unknown[0]}", _("is not a field of a policy"))


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in data:
        raise BadTerms(name, _("is missing"))
    if not isinstance(section := data[name], Mapping) or not section:
        raise BadTerms(name, _("must be a table with at least one entry"))
    return section


def _dates(data: Mapping[str, Any]) -> dict[str, date | None]:
    starts, ends = _date(data, "starts_on"), _date(data, "ends_on")
    if starts and ends and ends < starts:
        raise BadTerms("ends_on", _("is before the start"))
    return {"starts_on": starts, "ends_on": ends}


def _date(data: Mapping[str, Any], name: str) -> date | None:
    value = data.get(name)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadTerms(name, _("must be a date as 2026-03-01")) from None
    if value is not None and type(value) is not date:
        raise BadTerms(name, _("must be a date as 2026-03-01"))
    return value


def _money(section: Mapping[str, Any]) -> dict[str, Sums]:
    names = {"valued_from", "goodwill_at_most", "staff_limit", "shipping", "return", "fee", "step"}
    money = {}
    for code, table in section.items():
        if code not in CURRENCIES:
            raise BadTerms(f"money.{code}", _("is not a currency we know"))
        if not isinstance(table, Mapping):
            raise BadTerms(f"money.{code}", _("must be a table"))
        _only(table, names, f"money.{code}.")
        sums = {name: _amount(table, name, f"money.{code}") for name in names}
        if sums["step"] == 0:
            raise BadTerms(f"money.{code}.step", _("must be more than zero"))
        if sums["step"] % coin(code):
            raise BadTerms(f"money.{code}.step", _("must not be finer than %(coin)s"), coin=coin(code))
        sums["return_"] = sums.pop("return")
        money[code] = Sums(**sums)
    return money


def _windows(section: Mapping[str, Any]) -> dict[str, Any]:
    _only(section, {"investigate", "check_dispute", "act", "investigate_by_problem"}, "windows.")
    usual = _days(section, "investigate", "windows", LONGEST_SEARCH)
    by_problem = section.get("investigate_by_problem", {})
    if not isinstance(by_problem, Mapping):
        raise BadTerms("windows.investigate_by_problem", _("must be a table"))
    place = "windows.investigate_by_problem"
    _only(by_problem, set(Problem), f"{place}.")
    given = {problem: _days(by_problem, problem, place, LONGEST_SEARCH) for problem in by_problem}
    return {
        "search_days": {problem.value: given.get(problem, usual) for problem in Problem},
        "check_days": _days(section, "check_dispute", "windows", LONGEST_SEARCH),
        "act_days": _days(section, "act", "windows", 30),
    }


def _goodwill(section: Mapping[str, Any]) -> dict[str, Any]:
    _only(section, {"share_of_order", "assumed_margin", "earlier_at_most", "window_days"}, "goodwill.")
    return {
        "share_of_order": _share(section, "share_of_order", "goodwill"),
        "assumed_margin": _share(section, "assumed_margin", "goodwill"),
        "earlier_at_most": _count(section, "earlier_at_most", "goodwill", 0, 1000),
        "window_days": _count(section, "window_days", "goodwill", 1, 3660),
    }


def _costs(section: Mapping[str, Any]) -> dict[str, Decimal]:
    _only(section, {"product_share", "unsellable_share"}, "costs.")
    return {name: _share(section, name, "costs") for name in ("product_share", "unsellable_share")}


def _kinds(
    data: Mapping[str, Any], name: str, known: frozenset[str], required: frozenset[str] = frozenset()
) -> dict[str, tuple[str, ...]]:
    """Every problem gets a list: its own, else the section's `default`."""
    section = _section(data, name)
    _only(section, set(Problem) | {"default"}, f"{name}.")
    if "default" not in section:
        raise BadTerms(f"{name}.default", _("is missing: every problem needs an answer"))
    lists = {}
    for problem, kinds in section.items():
        place = f"{name}.{problem}"
        if not isinstance(kinds, list | tuple) or not kinds:
            raise BadTerms(place, _("must be a list with at least one entry"))
        if strange := [kind for kind in kinds if not isinstance(kind, str) or kind not in known]:
            raise BadTerms(
                place,
                _("“%(word)s” is not one of %(known)s"),
                word=str(strange[0])[:40],
                known=", ".join(sorted(known)),
            )
        if len(set(kinds)) < len(kinds):
            raise BadTerms(place, _("names the same thing twice"))
        if missing := sorted(required - set(kinds)):
            raise BadTerms(
                place, _("must also offer %(kind)s: our own fault is put right in full"), kind=missing[0]
            )
        lists[problem] = tuple(kinds)
    return {problem.value: lists.get(problem, lists["default"]) for problem in Problem}


def _decimal(table: Mapping[str, Any], name: str, place: str) -> Decimal:
    if name not in table:
        raise BadTerms(f"{place}.{name}", _("is missing"))
    value = table[name]
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadTerms(f"{place}.{name}", _("must be a number"))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadTerms(f"{place}.{name}", _("“%(value)s” is not a number"), value=str(value)[:40]) from None
    if not number.is_finite() or number > MOST:
        raise BadTerms(f"{place}.{name}", _("is out of range"))
    if number < 0:
        raise BadTerms(f"{place}.{name}", _("must not be negative"))
    return number


def _amount(table: Mapping[str, Any], name: str, place: str) -> Decimal:
    return _decimal(table, name, place)


def _share(table: Mapping[str, Any], name: str, place: str) -> Decimal:
    share = _decimal(table, name, place)
    if share > 1:
        raise BadTerms(f"{place}.{name}", _("must be between 0 and 1"))
    return share


def _count(table: Mapping[str, Any], name: str, place: str, least: int, most: int) -> int:
    if name not in table:
        raise BadTerms(f"{place}.{name}", _("is missing"))
    value = table[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadTerms(
            f"{place}.{name}", _("must be a whole number from %(least)s to %(most)s"), least=least, most=most
        )
    return value


def _days(table: Mapping[str, Any], name: str, place: str, most: int) -> int:
    return _count(table, name, place, 1, most)
