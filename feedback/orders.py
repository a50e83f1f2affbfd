"""Take orders in, each once: a second delivery of the same order changes what it says, never doubles it."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import consents, journal, money, purchases, refunds, shop
from feedback.comments import clean
from feedback.consents import Given
from feedback.models import Order
from feedback.purchases import Line, Outcome, Taken
from feedback.refunds import IN_ALL, AboveTotal, PaidBack

_A_DAY = timedelta(days=1)
LONGEST_LIST = 500
_TOO_MUCH = gettext_lazy("With this, more was paid back than the total of the order.")


class BadOrder(ValueError):
    """`field` names what cannot be used; the message is for people."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = str(message)


class PaidBackTooMuch(BadOrder):
    """More than the order's total; it may be that a newer total is only still to come."""


def parse(raw: object, *, now: datetime) -> Taken:
    """A JSON object as an order. Raises BadOrder naming the field, PaidBackTooMuch above its total."""
    taken = _parse(raw, now)
    if (place := refunds.above(taken.refunds, taken.total)) is not None:
        raise PaidBackTooMuch(f"refunds[{place + 1}].amount", _TOO_MUCH)
    return taken


def _parse(raw: object, now: datetime) -> Taken:
    if not isinstance(raw, Mapping):
        raise BadOrder("order", _("An order must be a JSON object."))
    number = _text(raw, "number", 64, required=True)
    currency = _text(raw, "currency", 3).upper() or shop.current().currency
    if not money.is_currency(currency):
        raise BadOrder("currency", _("“%(code)s” is not a currency.") % {"code": currency})
    placed_at = _moment(raw, "placed_at", now)
    if placed_at is None:
        raise BadOrder("placed_at", _("This is missing."))
    customer = raw.get("customer") or {}
    if not isinstance(customer, Mapping):
        raise BadOrder("customer", _("This must be a JSON object."))
    return Taken(
        number=number,
        placed_at=placed_at,
        currency=currency,
        total=_amount(raw, "total", currency),
        store=_slug(raw, "store") or "shop",
        external_id=_text(raw, "external_id", 64),
        payment_ref=_text(raw, "payment_ref", 80),
        version=_version(raw, now),
        name=_text(customer, "name", 200, where="customer"),
        email=_email(customer),
        phone=_text(customer, "phone", 32, where="customer"),
        language=_language(customer),
        location=_slug(raw, "location"),
        card_number=_text(raw, "card_number", 64),
        country=_country(raw),
        carrier=_text(raw, "carrier", 80),
        discount=None if raw.get("discount") is None else _amount(raw, "discount", currency),
        promised_on=_day(raw, "promised_on"),
        delivered_on=_day(raw, "delivered_on", latest=shop.day(now + _A_DAY)),
        cancelled_at=_moment(raw, "cancelled_at", now),
        terms_shown_at=_moment(raw, "terms_shown_at", now),
        lines=tuple(_line(line, place, currency) for place, line in enumerate(_list(raw, "lines"), 1)),
        consents=tuple(_consent(one, place, now) for place, one in enumerate(_list(raw, "consents"), 1)),
        refunds=_refunds(raw, currency, placed_at, now),
    )


def _version(raw: Mapping[str, Any], now: datetime) -> str:
    """Of two words about an order the one with the later `updated_at` counts; without it, the last one."""
    changed_at = _moment(raw, "updated_at", now)
    if changed_at is None:
        return ""
    return purchases.version_of(changed_at, json.dumps(raw, sort_keys=True, default=str).encode())


def receipt_number(typed: str) -> str:
    """As a person typed it at the till. Raises BadOrder."""
    return _text({"number": typed}, "number", 64, required=True)


def take(taken: Taken) -> tuple[Order, bool]:
    """Store it; the second value: is it new. A repeat updates what it names and keeps the rest.

    Raises BadOrder when its number and its id there belong to two orders, and when more would have been paid
    back on it than its total.
    """
    try:
        return _take(taken)
    except AboveTotal:
        raise PaidBackTooMuch("refunds" if taken.refunds else "total", _TOO_MUCH) from None
    except IntegrityError:
        raise BadOrder("external_id", _("Its number and its id belong to two orders.")) from None


def _take(taken: Taken) -> tuple[Order, bool]:
    with journal.recording():
        (written,) = purchases.take_many([taken], now=timezone.now())
        order = Order.objects.select_related("customer__merged_into").get(pk=written.order_id)
        created = written.outcome is Outcome.CREATED
        journal.log("order received" if created else "order updated", order)
        note_consents(order, taken)
    return order, created


def note_consents(order: Order, taken: Taken) -> None:
    """Those that came with it; none of somebody who was erased since (L15)."""
    customer = order.customer.merged_into or order.customer
    if order.customer.erased_at is None:
        for given in taken.consents:
            consents.note(customer, given, order=order)


def _line(raw: object, place: int, currency: str) -> Line:
    where = f"lines[{place}]"
    if not isinstance(raw, Mapping):
        raise BadOrder(where, _("This must be a JSON object."))
    given = str(raw.get("quantity", 1))
    try:
        quantity = Decimal("" if "_" in given else given)
    except ArithmeticError:
        quantity = Decimal(0)
    if not (quantity.is_finite() and 0 < quantity < 1_000_000_000) or quantity != round(quantity, 3):
        raise BadOrder(f"{where}.quantity", _("This must be a number above zero."))
    return Line(
        name=_text(raw, "name", 200, required=True, where=where),
        price=_amount(raw, "price", currency, where=where),
        quantity=quantity,
        sku=_text(raw, "sku", 80, where=where),
        category=_text(raw, "category", 120, where=where),
        cost=_amount(raw, "cost", currency, where=where) if raw.get("cost") is not None else None,
    )


def _consent(raw: object, place: int, now: datetime) -> Given:
    where = f"consents[{place}]"
    if not isinstance(raw, Mapping):
        raise BadOrder(where, _("This must be a JSON object."))
    given_at = _moment(raw, "given_at", now, where=where)
    if given_at is None:
        raise BadOrder(f"{where}.given_at", _("This is missing."))
    return Given(
        purpose=_slug(raw, "purpose", required=True, where=where),
        wording=_text(raw, "wording", 64, required=True, where=where),
        channel=_slug(raw, "channel", 20, where=where) or "web",
        given_at=given_at,
    )


def _refunds(
    raw: Mapping[str, Any], currency: str, placed_at: datetime, now: datetime
) -> tuple[PaidBack, ...]:
    """One sum of all at most: of two without an id nobody could tell whether the second is one more."""
    found = [
        _refund(one, place, currency, placed_at, now) for place, one in enumerate(_list(raw, "refunds"), 1)
    ]
    sums = [place for place, one in enumerate(found, 1) if one.external_id == IN_ALL]
    if len(sums) > 1:
        raise BadOrder(
            f"refunds[{sums[1]}].external_id", _("Of several refunds each needs an id of its own.")
        )
    return tuple(found)


def _refund(raw: object, place: int, currency: str, placed_at: datetime, now: datetime) -> PaidBack:
    """Without an id it is the sum of all that was paid back on the order so far."""
    where = f"refunds[{place}]"
    if not isinstance(raw, Mapping):
        raise BadOrder(where, _("This must be a JSON object."))
    if (said := _text(raw, "currency", 3, where=where).upper()) and said != currency:
        raise BadOrder(f"{where}.currency", other_currency(said, currency))
    amount = _amount(raw, "amount", currency, where=where)
    if not amount:
        raise BadOrder(f"{where}.amount", _("This must be a number above zero."))
    return PaidBack(
        external_id=_text(raw, "external_id", 80, where=where) or IN_ALL,
        amount=amount,
        refunded_at=_moment(raw, "refunded_at", now, where=where) or placed_at,
        reason=_text(raw, "reason", 120, where=where),
    )


def other_currency(said: str, currency: str) -> str:
    words = _("The order is in %(currency)s, this is in %(said)s: the two cannot be added up.")
    return words % {"currency": currency, "said": said}


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    given = raw.get(name) or []
    if not isinstance(given, list) or len(given) > LONGEST_LIST:
        raise BadOrder(name, _("This must be a list of at most %(most)s.") % {"most": LONGEST_LIST})
    return given


def _named(name: str, where: str) -> str:
    return f"{where}.{name}" if where else name


def _text(raw: Mapping[str, Any], name: str, longest: int, *, required: bool = False, where: str = "") -> str:
    given = raw.get(name)
    if given is None:
        given = ""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadOrder(_named(name, where), _("This must be a text."))
    text = clean(str(given)).strip()
    if required and not text:
        raise BadOrder(_named(name, where), _("This is missing."))
    if len(text) > longest:
        raise BadOrder(_named(name, where), _("At most %(most)s characters fit here.") % {"most": longest})
    return text


def _slug(
    raw: Mapping[str, Any], name: str, longest: int = 40, *, required: bool = False, where: str = ""
) -> str:
    text = _text(raw, name, longest, required=required, where=where)
    if text and not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in text):
        raise BadOrder(_named(name, where), _("Only letters a to z, digits, - and _ fit here."))
    return text


def _email(raw: Mapping[str, Any]) -> str:
    text = _text(raw, "email", 254, where="customer").lower()
    if text and (text.count("@") != 1 or "." not in text.rsplit("@", 1)[1] or any(c.isspace() for c in text)):
        raise BadOrder("customer.email", _("This is not an e-mail address."))
    return text


def _language(raw: Mapping[str, Any]) -> str:
    text = _text(raw, "language", 20, where="customer").lower()[:2]
    return text if text in ("vi", "en") else ""


def _country(raw: Mapping[str, Any]) -> str:
    """Where it was sent: two letters, as ISO 3166 has them."""
    code = _text(raw, "country", 20).upper()
    if code and (len(code) != 2 or not code.isascii() or not code.isalpha()):
        raise BadOrder("country", _("This is not a country's two letters, such as VN or DE."))
    return code


def _amount(raw: Mapping[str, Any], name: str, currency: str, *, where: str = "") -> Decimal:
    given = raw.get(name)
    if given is None or isinstance(given, bool | list | dict):
        raise BadOrder(
            _named(name, where), _("This is missing.") if given is None else _("This is not an amount.")
        )
    try:
        amount = money.parse(given, currency)
    except money.BadAmount:
        raise BadOrder(
            _named(name, where), _("This is not an amount in %(currency)s.") % {"currency": currency}
        ) from None
    if amount < 0:
        raise BadOrder(_named(name, where), _("This must not be below zero."))
    return amount


def _moment(raw: Mapping[str, Any], name: str, now: datetime, *, where: str = "") -> datetime | None:
    """ISO 8601; without a zone it is the shop's own. Up to a day ahead, for clocks that run fast."""
    given = raw.get(name)
    if given in (None, ""):
        return None
    try:
        moment = parse_datetime(given) if isinstance(given, str) else None
        if moment is None and isinstance(given, str) and (day := parse_date(given)):
            moment = datetime(day.year, day.month, day.day, tzinfo=shop.zone())
    except ValueError:
        moment = None
    if moment is None:
        raise BadOrder(_named(name, where), _("This is not a time such as 2026-11-22T09:30:00+07:00."))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=shop.zone())
    if moment.year < 1990 or moment > now + _A_DAY:
        raise BadOrder(_named(name, where), _("This time is in the future or before 1990."))
    return moment


def _day(raw: Mapping[str, Any], name: str, *, latest: date | None = None) -> date | None:
    given = raw.get(name)
    if given in (None, ""):
        return None
    try:
        day = parse_date(given[:10]) if isinstance(given, str) else None
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2200:
        raise BadOrder(name, _("This is not a day such as 2026-11-22."))
    if latest and day > latest:
        raise BadOrder(name, _("This day is in the future."))
    return day
