"""What is known of the order before the first question: for logic, and to put into a question's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.translation import gettext_noop, override

from feedback import shop
from feedback.models import Location, Order, OrderLine
from surveys.conditions import About, Circumstances, Fact
from surveys.models import Invitation, Quota
from surveys.piping import Name
from surveys.questions import Definition, Value

_NOWHERE = gettext_noop("We have no location “%(words)s”: its short name stands under Set up, Stores.")
Facts = dict[str, str | tuple[str, ...] | Decimal]


def of(invitation: Invitation, survey_id: int, definition: Definition, language: str) -> Circumstances:
    """No query for a survey without logic; else at most three."""
    wanted = definition.facts
    order = invitation.order
    return Circumstances(
        language=language,
        facts=of_orders([order], wanted)[order.pk] if order and wanted else {},
        full=_full(survey_id, definition) if definition.has_quotas else frozenset(),
    )


def pieces(
    invitation: Invitation, definition: Definition, saved: Mapping[str, Value | None], language: str
) -> Mapping[str, str]:
    """The words for `surveys.piping`; nothing is looked up for a survey that puts none in."""
    if not definition.has_pieces:
        return {}
    known = _of_order(invitation.order, language) if invitation.order else {}
    known[Name.SHOP] = shop.current().name
    for question in definition.questions:
        value = saved.get(question.id)
        if value is not None:
            known[f"{Name.ANSWER}:{question.id}"] = question.words_of(value, language) or _plain(value)
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """A condition names a location that the shop does not have: it could never hold. `words`: that name."""

    question: str
    words: str
    key: str = "no_location"
    message: str = _NOWHERE


def locations() -> list[tuple[str, str]]:
    """Short name, as conditions have it, and name in Vietnamese, of each."""
    return list(Location.objects.order_by("code").values_list("code", "name_vi"))


def nowhere(definition: Definition) -> Iterator[Nowhere]:
    """No query for a survey whose conditions name no location."""
    named = [
        (question.id, one)
        for question in definition.questions
        for check in (question.show_if.checks if question.show_if else ())
        if check.name == Fact.LOCATION and check.about == About.FACT
        for one in check.ids
    ]
    known = {code for code, _name in locations()} if named else set()
    yield from (Nowhere(question=name, words=one) for name, one in named if one not in known)


def _plain(value: Value) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _of_order(order: Order, language: str) -> dict[str, str]:
    with override(language):
        return {
            Name.PRODUCT: ", ".join(_names(order, language)),
            Name.ORDER: order.number,
            Name.ORDERED_ON: date_format(shop.day(order.placed_at), "DATE_FORMAT"),
            Name.DELIVERED_ON: date_format(order.delivered_on, "DATE_FORMAT") if order.delivered_on else "",
            Name.LOCATION: _location(order, language),
        }


def _names(order: Order, language: str) -> Sequence[str]:
    lines = order.lines.select_related("product").order_by("pk")[:3]
    return [line.product.name(language) if line.product else line.name for line in lines]


def _location(order: Order, language: str) -> str:
    if order.location is None:
        return ""
    return order.location.name_vi if language == "vi" else order.location.name_en


def of_orders(orders: Sequence[Order], wanted: frozenset[str]) -> dict[int, Facts]:
    """Of each order those facts that are asked for and known; in two queries at most."""
    categories = _categories(orders) if Fact.CATEGORY in wanted else {}
    begun = _first_bought(orders) if Fact.FIRST_ORDER in wanted else {}
    return {order.pk: _facts(order, wanted, categories, begun) for order in orders}


def _facts(
    order: Order,
    wanted: frozenset[str],
    categories: Mapping[int, tuple[str, ...]],
    begun: Mapping[int, datetime],
) -> Facts:
    found: Facts = {Fact.CHANNEL: order.store, Fact.ORDER_TOTAL: order.total}
    if order.location_id and Fact.LOCATION in wanted:
        found[Fact.LOCATION] = order.location.code if order.location else ""
    if (late := _days_late(order)) is not None:
        found[Fact.DAYS_LATE] = late
    found[Fact.CATEGORY] = categories.get(order.pk, ())
    first = begun.get(order.customer_id, order.placed_at)
    found[Fact.FIRST_ORDER] = "no" if first < order.placed_at else "yes"
    return {name: value for name, value in found.items() if name in wanted}


def _days_late(order: Order) -> Decimal | None:
    return None if order.days_late is None else Decimal(order.days_late)


def _categories(orders: Sequence[Order]) -> dict[int, tuple[str, ...]]:
    lines = OrderLine.objects.filter(order__in=[one.pk for one in orders]).exclude(category="")
    found: dict[int, tuple[str, ...]] = {}
    for order, category in lines.values_list("order", "category").distinct():
        found[order] = (*found.get(order, ()), category)
    return found


def _first_bought(orders: Sequence[Order]) -> dict[int, datetime]:
    """By customer; a cancelled order was no purchase."""
    bought = Order.objects.filter(customer__in={one.customer_id for one in orders}, cancelled_at=None)
    return dict(bought.values_list("customer").annotate(first=Min("placed_at")).order_by())


def _full(survey_id: int, definition: Definition) -> frozenset[str]:
    most = {one.id: one.asked_at_most for one in definition.questions if one.asked_at_most}
    counted = Quota.objects.filter(survey=survey_id, question__in=most).values_list("question", "answered")
    return frozenset(name for name, answered in counted if answered >= (most[name] or 0))
