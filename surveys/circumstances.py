"""What is known of the order before the first question: for logic, and to put into a question's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import override

from feedback import shop
from feedback.models import Order, OrderLine
from surveys.conditions import Circumstances, Fact
from surveys.models import Invitation, Quota
from surveys.piping import Name
from surveys.questions import Definition, Value

Facts = dict[str, str | tuple[str, ...] | Decimal]


def of(invitation: Invitation, survey_id: int, definition: Definition, language: str) -> Circumstances:
    """No query for a survey without logic; else at most three."""
    wanted = definition.facts
    order = invitation.order
    return Circumstances(
        language=language,
        facts=_facts(order, wanted) if order and wanted else {},
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


def _facts(order: Order, wanted: frozenset[str]) -> Facts:
    """Those that are asked for and known."""
    found: Facts = {Fact.CHANNEL: order.store, Fact.ORDER_TOTAL: order.total}
    if order.location_id and Fact.LOCATION in wanted:
        found[Fact.LOCATION] = order.location.code if order.location else ""
    if (late := _days_late(order)) is not None:
        found[Fact.DAYS_LATE] = late
    if Fact.CATEGORY in wanted:
        found[Fact.CATEGORY] = tuple(
            OrderLine.objects.filter(order=order)
            .exclude(category="")
            .values_list("category", flat=True)
            .distinct()
        )
    if Fact.FIRST_ORDER in wanted:
        found[Fact.FIRST_ORDER] = "no" if _bought_before(order, order.placed_at) else "yes"
    return {name: value for name, value in found.items() if name in wanted}


def _days_late(order: Order) -> Decimal | None:
    return None if order.days_late is None else Decimal(order.days_late)


def _bought_before(order: Order, moment: datetime) -> bool:
    return Order.objects.filter(customer=order.customer_id, placed_at__lt=moment, cancelled_at=None).exists()


def _full(survey_id: int, definition: Definition) -> frozenset[str]:
    most = {one.id: one.asked_at_most for one in definition.questions if one.asked_at_most}
    counted = Quota.objects.filter(survey=survey_id, question__in=most).values_list("question", "answered")
    return frozenset(name for name, answered in counted if answered >= (most[name] or 0))
