"""Disputes by the API: noted once each, changed, closed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import disputes, money, shop
from feedback.models import ApiToken, Dispute
from feedback.roles import PUBLIC


class NotedDisputeSerializer(serializers.Serializer):
    external_id = serializers.CharField(help_text="The provider's reference: names the dispute for good.")
    order_number = serializers.CharField()
    store = serializers.SlugField(required=False, help_text="Needed when several stores share a number.")
    amount = serializers.DecimalField(16, 2)
    currency = serializers.CharField(required=False, help_text="The order's own when left out.")
    fee = serializers.DecimalField(16, 2, required=False)
    reason = serializers.CharField(required=False)
    opened_at = serializers.DateTimeField(required=False, help_text="Now when left out.")
    due_by = serializers.DateTimeField(required=False, help_text="Until when the bank waits for an answer.")


class ChangedDisputeSerializer(serializers.Serializer):
    state = serializers.ChoiceField(["closed"], required=False, help_text="With `outcome`: it is over.")
    outcome = serializers.ChoiceField(Dispute.Outcome.values, required=False)
    closed_at = serializers.DateTimeField(required=False, help_text="Now when left out.")
    amount = serializers.DecimalField(16, 2, required=False)
    fee = serializers.DecimalField(16, 2, required=False)
    reason = serializers.CharField(required=False)
    due_by = serializers.DateTimeField(required=False)


class DisputeSerializer(serializers.Serializer):
    external_id = serializers.CharField()
    order_number = serializers.CharField()
    state = serializers.ChoiceField(Dispute.State.values)
    outcome = serializers.CharField(help_text="Empty while it is open.")
    amount = serializers.CharField()
    fee = serializers.CharField()
    currency = serializers.CharField()
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    due_by = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class Closed(APIException):
    status_code = 409
    default_detail = gettext_lazy("This dispute is closed already.")
    default_code = "dispute_closed"


class Disputes(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.DISPUTES

    @extend_schema(
        operation_id="disputes",
        summary=gettext_lazy("Note a dispute"),
        description=gettext_lazy(
            "From then on nothing is granted on the order until it is closed. The same `external_id` again "
            "brings reason, sums and due date up to date as long as it is open; afterwards other words about "
            "it are refused with 409. Scope: `disputes`."
        ),
        request=NotedDisputeSerializer,
        responses={200: DisputeSerializer, 201: DisputeSerializer},
        examples=[
            OpenApiExample(
                "A dispute",
                value={
                    "external_id": "dp_1042",
                    "order_number": "DH-1042",
                    "amount": "320000",
                    "fee": "300000",
                    "reason": "product_not_received",
                    "due_by": "2026-12-05T17:00:00+07:00",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        raw = _object(request.data)
        _only(raw, NotedDisputeSerializer())
        try:
            order = disputes.find_order(_text(raw, "order_number", 64), _text(raw, "store", 40, needed=False))
            currency = _text(raw, "currency", 3, needed=False).upper() or order.currency
            said: dict[str, Any] = {
                "amount": _sum(raw, "amount", currency),
                "fee": _sum(raw, "fee", currency) if "fee" in raw else Decimal(0),
                "currency": currency,
                "reason": _text(raw, "reason", 80, needed=False),
                "due_by": _moment(raw, "due_by"),
            }
            row, is_new = disputes.note(
                order,
                external_id=_text(raw, "external_id", disputes.LONGEST_ID),
                opened_at=_moment(raw, "opened_at"),
                **said,
            )
            if not is_new:
                disputes.hear_again(row, {name: said[name] for name in said if name in raw})
        except disputes.BadDispute as error:
            raise ValidationError({error.field: error.message}) from error
        except disputes.Stale as error:
            raise Closed from error
        return Response(_as_data(row.pk), status=201 if is_new else 200)


class OneDispute(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.DISPUTES

    @extend_schema(
        operation_id="dispute",
        summary=gettext_lazy("Change or close a dispute"),
        description=gettext_lazy(
            "What became known later; or `state` `closed` with its `outcome`: the order's lock ends, and its "
            "cases are decided anew. Scope: `disputes`."
        ),
        request=ChangedDisputeSerializer,
        responses={200: DisputeSerializer},
        examples=[
            OpenApiExample("It is over", value={"state": "closed", "outcome": "won"}, request_only=True)
        ],
    )
    def patch(self, request: Request, external_id: str) -> Response:
        if "\x00" in external_id:
            raise Http404
        raw = _object(request.data)
        _only(raw, ChangedDisputeSerializer())
        row = Dispute.objects.filter(external_id=external_id).first()
        if row is None:
            raise Http404
        try:
            _change(row, raw)
        except disputes.BadDispute as error:
            raise ValidationError({error.field: error.message}) from error
        except disputes.Stale as error:
            raise Closed from error
        return Response(_as_data(row.pk))


def _change(row: Dispute, raw: Mapping[str, Any]) -> None:
    """Changes and the end in one request: the changes first."""
    ends = "state" in raw or "outcome" in raw
    if ends and raw.get("state") != "closed":
        raise disputes.BadDispute("state", _("Only “closed” can be sent here, with the outcome."))
    if ends and row.state == Dispute.State.CLOSED:
        raise disputes.Stale(row.external_id)
    given: dict[str, Any] = {name: _sum(raw, name, row.currency) for name in ("amount", "fee") if name in raw}
    if "reason" in raw:
        given["reason"] = _text(raw, "reason", 80, needed=False)
    if "due_by" in raw:
        given["due_by"] = _moment(raw, "due_by")
    disputes.change(row, given)
    if ends:
        disputes.close(row, outcome=str(raw.get("outcome", "")), closed_at=_moment(raw, "closed_at"))


def _as_data(pk: int) -> dict[str, Any]:
    row = Dispute.objects.select_related("order").get(pk=pk)
    names = ("external_id", "state", "outcome", "currency", "reason", "opened_at", "due_by", "closed_at")
    sums = {name: str(money.quantize(getattr(row, name), row.currency)) for name in ("amount", "fee")}
    data = {name: getattr(row, name) for name in names} | sums | {"order_number": row.order.number}
    return dict(DisputeSerializer(data).data)


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ValidationError(_("Send one JSON object."))
    return data


def _only(raw: Mapping[str, Any], known: serializers.Serializer) -> None:
    if unknown := sorted(set(map(str, raw)) - set(known.fields)):
        raise ValidationError({unknown[0][:80]: _("There is no such field.")})


def _text(raw: Mapping[str, Any], name: str, longest: int, *, needed: bool = True) -> str:
    value = raw.get(name)
    if value in (None, "") and not needed:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise disputes.BadDispute(name, _("This is missing."))
    if len(value.strip()) > longest:
        raise disputes.BadDispute(name, _("At most %(most)s characters.") % {"most": longest})
    return value.strip()


def _sum(raw: Mapping[str, Any], name: str, currency: str) -> Decimal:
    value = raw.get(name)
    if value is None or isinstance(value, bool):
        raise disputes.BadDispute(name, _("This is missing."))
    try:
        return money.parse(value, currency)
    except (money.BadAmount, ArithmeticError, ValueError):
        raise disputes.BadDispute(
            name, _("This is not an amount in %(code)s.") % {"code": currency}
        ) from None


def _moment(raw: Mapping[str, Any], name: str) -> datetime | None:
    """Times without a zone are the shop's own."""
    value = raw.get(name)
    if value in (None, ""):
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2200:
        raise disputes.BadDispute(name, _("This is not a time as 2026-11-20T09:30:00+07:00."))
    return timezone.make_aware(found, shop.zone()) if timezone.is_naive(found) else found
