"""RULE: the rows of one order, read: a sale, a return, or what is wrong with each field. Quotes nobody."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from feedback import money
from feedback.order_tables import cells
from feedback.order_tables.columns import LINE_FIELDS, BadRows, Fault, Line, Plan, Return, Sale

MOST_LINES = 500
_LENGTHS = {
    "number": 64, "name": 200, "phone": 32, "card_number": 64, "carrier": 80, "external_id": 64,
    "payment_ref": 80, "sku": 80, "product": 200, "category": 120, "refund_id": 80, "refund_reason": 120,
}  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_CLOCKS_DIFFER = timedelta(days=1)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]{2,}")
_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")
_LIVE = frozenset(
    "processing|completed|complete|on hold|paid|pending|authorized|partially paid|partially refunded"
    "|fulfilled|refunded|done|delivered|shipped|open|hoan thanh|da thanh toan|dang xu ly|da giao|dang giao"
    "|cho xu ly|moi|da hoan tien".split("|")
)
_CANCELLED = frozenset(
    "cancelled|canceled|voided|void|failed|trash|deleted|expired|da huy|huy|that bai|don huy".split("|")
)
_ALL_BACK = frozenset({"refunded", "da hoan tien"})
_LINE = frozenset(LINE_FIELDS)


def read(rows: Sequence[Sequence[str]], plan: Plan, *, now: datetime, zone: tzinfo) -> Sale | Return:
    """The rows of one order; where they differ, the first that says something counts. Raises BadRows, naming
    every field that is wrong."""
    return _Reading(rows, plan, now, zone).read()


def _said(row: Sequence[str], plan: Plan) -> dict[str, str]:
    """What a row says, by field."""
    end = len(row)
    places = plan.columns.items()
    return {name: said for name, place in places if 0 <= place < end and (said := row[place].strip())}


class _Reading:
    """One order being read; gathers what is wrong."""

    def __init__(self, rows: Sequence[Sequence[str]], plan: Plan, now: datetime, zone: tzinfo) -> None:
        self.rows, self.plan, self.now, self.zone = rows, plan, now, zone
        self.faults: list[Fault] = []
        self.given: dict[str, str] = {}
        self.said_by = [_said(row, plan) for row in rows]
        for one in reversed(self.said_by):
            self.given |= one
        if len(rows) > 1:
            self.are_one(self.said_by)
        said = self.given.get("currency", "").upper() or plan.currency
        self.currency = said if money.is_currency(said) else ""
        if not self.currency:
            self.fault("currency", "not_a_currency")
            self.currency = plan.currency

    def are_one(self, said_by: Sequence[Mapping[str, str]]) -> None:
        """Rows of one number with two customers, or days apart, are two orders, of two stores perhaps."""
        if len({one["email"].lower() for one in said_by if "email" in one}) > 1:
            self.fault("email", "rows_differ")
        written = {one["placed_at"] for one in said_by if "placed_at" in one}
        if len(written) > 1:
            read = (cells.moment(one, self.plan.day_first, self.zone) for one in written)
            times = [at for at in read if at]
            if times and cells.are_days_apart(max(times), min(times), self.zone):
                self.fault("placed_at", "rows_differ")

    def fault(self, name: str, key: str) -> None:
        self.faults.append(Fault(field=name, key=key))

    def read(self) -> Sale | Return:
        placed_at = self.moment("placed_at")
        if "placed_at" not in self.given:
            self.fault("placed_at", "missing")
        if not self.given.get("number"):
            self.fault("number", "missing")
        words = {name: self.word(name, most) for name, most in _LENGTHS.items() if name in self.given}
        words |= self.narrow_words()
        made = self.back(words, placed_at) if self.given.get("refund_of") else self.sale(words, placed_at)
        if self.faults or made is None:
            raise BadRows(self.faults)
        return made

    def sale(self, words: Mapping[str, str], placed_at: datetime | None) -> Sale | None:
        lines = self.lines() if self.plan.has_lines else ()
        discount = self.amount("discount")
        total = self.amount("total", below_zero="refund_unnamed")
        if total is None and "total" not in self.given:
            if lines:
                total = money.quantize(
                    sum((one.price * one.quantity for one in lines), Decimal(0)), self.currency
                )
                total = max(total - (discount or 0), Decimal(0))
            else:
                self.fault("total", "missing")
        is_live, cancelled_at = self.status(placed_at)
        promised_on, delivered_on = self.day("promised_on"), self.day("delivered_on", latest=self.now)
        updated_at = self.moment("updated_at")
        refunded, refunded_at = self.refunded(total)
        if placed_at is None or total is None or self.faults:
            return None
        return Sale(
            words=words, placed_at=placed_at, currency=self.currency, total=total, discount=discount,
            promised_on=promised_on, delivered_on=delivered_on, cancelled_at=cancelled_at,
            updated_at=updated_at, is_live=is_live, lines=lines, refunded=refunded or None,
            refunded_at=refunded_at or updated_at or placed_at,
        )  # fmt: skip

    def back(self, words: Mapping[str, str], placed_at: datetime | None) -> Return | None:
        """A till's slip about goods that came back: its total may be written below zero."""
        name = "refunded" if "refunded" in self.given else "total"
        amount = self.amount(name, may_be_below=True)
        if amount is None and name not in self.given:
            self.fault(name, "missing")
        if amount is not None and not amount:
            self.fault(name, "nothing")
        refunded_at = self.moment("refunded_at") or placed_at
        if amount is None or refunded_at is None:
            return None
        return Return(
            store=words.get("store") or self.plan.store,
            number=self.word("refund_of", 64),
            external_id=words.get("refund_id") or words.get("number", ""),
            amount=abs(amount),
            currency=self.currency,
            refunded_at=refunded_at,
            reason=words.get("refund_reason", ""),
            stands_in=name,
        )

    def narrow_words(self) -> dict[str, str]:
        """Words of which only some will do."""
        found: dict[str, str] = {}
        if email := self.given.get("email", "").lower():
            if len(email) > 254 or not _EMAIL.fullmatch(email):
                self.fault("email", "not_an_address")
            found["email"] = email
        for name in ("store", "location"):
            if said := self.given.get(name):
                found[name] = slug = cells.short_name(said)
                if not slug:
                    self.fault(name, "no_letters")
        if country := self.given.get("country", "").upper():
            if len(country) == 2 and country.isascii() and country.isalpha():
                found["country"] = country
            else:
                self.fault("country", "not_a_country")
        spoken = self.given.get("language", "").lower()[:2]
        return found | ({"language": spoken} if spoken in ("vi", "en") else {})

    def word(self, name: str, most: int) -> str:
        said = self.given[name]
        if not said.isprintable():
            said = _CANNOT_BE_STORED.sub("", said)
        if len(said) > most:
            self.fault(name, "too_long")
        return said

    def amount(
        self, name: str, *, below_zero: str = "below_zero", may_be_below: bool = False
    ) -> Decimal | None:
        written = self.given.get(name, "")
        if not written:
            return None
        found = cells.amount(written, self.currency)
        if isinstance(found, str):
            self.fault(name, found)
            return None
        if found < 0 and not may_be_below:
            self.fault(name, below_zero)
            return None
        return found

    def moment(self, name: str) -> datetime | None:
        written = self.given.get(name, "")
        if not written:
            return None
        found = cells.moment(written, self.plan.day_first, self.zone)
        if found is None:
            self.fault(name, "not_a_moment")
        elif found.year < _FIRST_YEAR:
            self.fault(name, "too_long_ago")
        elif found > self.now + _CLOCKS_DIFFER:
            self.fault(name, "in_future")
        else:
            return found
        return None

    def day(self, name: str, latest: datetime | None = None) -> date | None:
        written = self.given.get(name, "")
        if not written:
            return None
        found = cells.moment(written, self.plan.day_first, self.zone)
        if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            self.fault(name, "not_a_moment")
            return None
        day = found.astimezone(self.zone).date()
        if latest and day > (latest + _CLOCKS_DIFFER).astimezone(self.zone).date():
            self.fault(name, "in_future")
        return day

    def status(self, placed_at: datetime | None) -> tuple[bool, datetime | None]:
        """Is it certainly a purchase; else since when it is none. Words that we do not know say neither."""
        cancelled_at = self.moment("cancelled_at") if "cancelled_at" in self.given else None
        said = cells.plain(self.given.get("status", ""))
        if cancelled_at or said in _CANCELLED:
            return False, cancelled_at or self.moment("updated_at") or placed_at
        return said in _LIVE, None

    def refunded(self, total: Decimal | None) -> tuple[Decimal | None, datetime | None]:
        amount, at = self.amount("refunded"), self.moment("refunded_at")
        if amount is None and cells.plain(self.given.get("status", "")) in _ALL_BACK:
            amount = total
        elif amount is not None and total is not None and amount > total:
            self.fault("refunded", "refund_above_total")
        return amount, at

    def lines(self) -> tuple[Line, ...]:
        if len(self.rows) > MOST_LINES:
            self.fault("", "too_many_lines")
            return ()
        is_only = len(self.rows) == 1
        found = [self.line(self.given if is_only else said) for said in self.said_by]
        return tuple(one for one in found if one is not None)

    def line(self, given: Mapping[str, str]) -> Line | None:
        """Of what its row says."""
        if _LINE.isdisjoint(given):
            return None
        label = given.get("product") or given.get("sku", "")
        if not label:
            self.fault("product", "missing")
        amounts: dict[str, Decimal | None] = {}
        for name in ("price", "cost"):
            found = cells.amount(given[name], self.currency) if name in given else None
            if isinstance(found, str) or (found is not None and found < 0):
                self.fault(name, found if isinstance(found, str) else "below_zero")
                found = None
            amounts[name] = found
        is_only = "price" not in self.plan.columns and "total" in self.given and len(self.rows) == 1
        if "price" not in given and not is_only:
            self.fault("price", "missing")
        quantity = cells.quantity(given.get("quantity", "1"))
        if quantity is None:
            self.fault("quantity", "not_above_zero")
        for name in ("sku", "product", "category"):
            if len(given.get(name, "")) > _LENGTHS[name]:
                self.fault(name, "too_long")
        if quantity is None or amounts["price"] is None:
            return self.only_line(label, given, quantity)
        return Line(
            name=_CANNOT_BE_STORED.sub("", label), price=amounts["price"], quantity=quantity,
            sku=given.get("sku", ""), category=given.get("category", ""), cost=amounts["cost"],
        )  # fmt: skip

    def only_line(self, label: str, given: Mapping[str, str], quantity: Decimal | None) -> Line | None:
        """A row with one product and no column for its price: all of the order is this line."""
        total = cells.amount(self.given.get("total", ""), self.currency)
        if self.faults or quantity is None or isinstance(total, str) or total < 0:
            return None
        price = money.quantize(total / quantity, self.currency)
        return Line(name=label, price=price, quantity=quantity, sku=given.get("sku", ""),
                    category=given.get("category", ""))  # fmt: skip
