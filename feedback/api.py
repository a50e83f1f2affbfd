"""The kernel's endpoints for programs: orders in, theme trends out."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import combinations, labels, orders, shop
from feedback.models import ApiToken
from feedback.models.words import Channel, WhyItCame
from feedback.reports import trends
from feedback.roles import DESK, PUBLIC
from feedback.trend_forms import PERIODS, TrendsFilter

COUNTED_SOON = 10  # seconds


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "feedback.api_access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "A key from Set up → Keys for programs."}


class BuyerSerializer(serializers.Serializer):
    name = serializers.CharField(required=False)
    email = serializers.EmailField(required=False, help_text="Finds the customer again.")
    phone = serializers.CharField(required=False, help_text="Finds a customer without an e-mail again.")
    language = serializers.ChoiceField(["vi", "en"], required=False)


class LineSerializer(serializers.Serializer):
    name = serializers.CharField()
    price = serializers.DecimalField(16, 2, help_text="Of one.")
    quantity = serializers.DecimalField(12, 3, required=False)
    sku = serializers.CharField(required=False)
    category = serializers.CharField(required=False)
    cost = serializers.DecimalField(16, 2, required=False, help_text="Of one.")


class ConsentSerializer(serializers.Serializer):
    purpose = serializers.SlugField(help_text="`advertising`: mail with a reward may be sent.")
    wording = serializers.CharField(help_text="Which text the customer saw: your own name for it.")
    channel = serializers.SlugField(required=False, help_text="`web` when left out.")
    given_at = serializers.DateTimeField(help_text="With `purpose`, names the consent.")


class RefundSerializer(serializers.Serializer):
    amount = serializers.DecimalField(16, 2)
    external_id = serializers.CharField(
        required=False, help_text="Makes it the same one again; without it: the sum of all so far."
    )
    refunded_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(required=False)
    currency = serializers.CharField(required=False, help_text="The order's own, or it is refused.")


class OrderSerializer(serializers.Serializer):
    """What feedback.orders.parse takes; it is the one that checks."""

    number = serializers.CharField(help_text="With `store`, what makes the order the same one again.")
    placed_at = serializers.DateTimeField()
    total = serializers.DecimalField(16, 2)
    currency = serializers.CharField(required=False, help_text="ISO 4217; the shop's own when left out.")
    store = serializers.SlugField(required=False)
    customer = BuyerSerializer(required=False)
    lines = LineSerializer(many=True, required=False)
    consents = ConsentSerializer(many=True, required=False)
    refunds = RefundSerializer(many=True, required=False)
    discount = serializers.DecimalField(16, 2, required=False, help_text="Taken off; `total` is after it.")
    updated_at = serializers.DateTimeField(
        required=False, help_text="When it last changed there: an older word then changes nothing."
    )
    external_id = serializers.CharField(required=False, help_text="Its id there, beside the number.")
    payment_ref = serializers.CharField(
        required=False, help_text="At who took the money (Stripe's charge or payment): finds its disputes."
    )
    location = serializers.SlugField(required=False)
    card_number = serializers.CharField(required=False)
    country = serializers.CharField(
        required=False, help_text="Where it was sent, ISO 3166 (VN, DE): which law applies."
    )
    carrier = serializers.CharField(required=False)
    promised_on = serializers.DateField(required=False)
    delivered_on = serializers.DateField(required=False)
    cancelled_at = serializers.DateTimeField(required=False)
    terms_shown_at = serializers.DateTimeField(required=False)


class OrderErrorSerializer(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class OrderResultSerializer(serializers.Serializer):
    number = serializers.CharField()
    status = serializers.ChoiceField(["created", "updated", "error"])
    errors = OrderErrorSerializer(many=True)


class OrderResultsSerializer(serializers.Serializer):
    results = OrderResultSerializer(many=True)


class Orders(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.ORDERS

    @extend_schema(
        operation_id="orders",
        summary=gettext_lazy("Send orders"),
        description=gettext_lazy(
            "One order or a list of at most 500. An order that is known is updated, lines included. "
            "Each is taken or refused by itself; 400 when none could be taken. Scope: `orders`."
        ),
        request=OrderSerializer(many=True),
        responses={200: OrderResultsSerializer, 201: OrderResultsSerializer, 400: OrderResultsSerializer},
        examples=[
            OpenApiExample(
                "An order",
                value={
                    "number": "DH-1042",
                    "placed_at": "2026-11-20T09:30:00+07:00",
                    "currency": "VND",
                    "total": "320000",
                    "customer": {"name": "Lan", "email": "lan@example.com", "language": "vi"},
                    "lines": [{"sku": "CUP-01", "name": "Cốc men ngọc", "quantity": 2, "price": "160000"}],
                    "promised_on": "2026-11-23",
                    "consents": [
                        {
                            "purpose": "advertising",
                            "wording": "checkout-2026-10",
                            "channel": "web",
                            "given_at": "2026-11-20T09:28:00+07:00",
                        }
                    ],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given = request.data if isinstance(request.data, list) else [request.data]
        if not 0 < len(given) <= orders.LONGEST_LIST:
            raise ValidationError(
                _("Send between 1 and %(most)s orders at a time.") % {"most": orders.LONGEST_LIST}
            )
        results = [_take(raw) for raw in given]
        return Response({"results": results}, status=_status({result["status"] for result in results}))


class ThemeSerializer(serializers.Serializer):
    theme = serializers.CharField()
    name = serializers.CharField()
    total = serializers.IntegerField()
    negative = serializers.IntegerField()
    neutral = serializers.IntegerField()
    positive = serializers.IntegerField()
    unknown = serializers.IntegerField()
    before = serializers.IntegerField(help_text="Mentions in the equally long time before.")
    by_bucket = serializers.ListField(child=serializers.IntegerField())


class TrendsSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    buckets = serializers.ListField(child=serializers.DateField(), help_text="First day of each.")
    comments = serializers.IntegerField()
    themes = ThemeSerializer(many=True)


class CountingSerializer(serializers.Serializer):
    """Two or more filters over many comments are counted first; ask again after `Retry-After` seconds."""

    comments = serializers.IntegerField(help_text="To look through.")
    looked_at = serializers.IntegerField()


class ThemeTrends(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.TRENDS
    person_roles = DESK

    @extend_schema(
        operation_id="theme_trends",
        summary=gettext_lazy("Read theme trends"),
        description=gettext_lazy(
            "Mentions of each theme by week or month, from the kept daily totals. Scope: `trends`."
        ),
        parameters=[
            OpenApiParameter("from", date, description=gettext_lazy("Twelve weeks ago when left out.")),
            OpenApiParameter("to", date, description=gettext_lazy("Included; today when left out.")),
            OpenApiParameter("channel", str, enum=Channel.values),
            OpenApiParameter("language", str, enum=list(labels.LANGUAGES)),
            OpenApiParameter("source", str),
            OpenApiParameter("touchpoint", str, description=gettext_lazy("Its number.")),
            OpenApiParameter("location", str, description=gettext_lazy("Its number.")),
            OpenApiParameter("why", str, enum=WhyItCame.values),
            OpenApiParameter("leverage", str, enum=list(labels.LEVERAGE)),
            OpenApiParameter("product", str, description=gettext_lazy("Its SKU. Told in whole months.")),
            OpenApiParameter("period", str, enum=[name for name, _label in PERIODS]),
        ],
        responses={200: TrendsSerializer, 202: CountingSerializer},
    )
    def get(self, request: Request) -> Response:
        form = TrendsFilter(request.query_params, today=shop.day(timezone.now()))
        if not form.is_valid():
            raise ValidationError({form.add_prefix(name): errors for name, errors in form.errors.items()})
        chosen = form.cleaned_data
        days = {"start": chosen["start"], "end": chosen["end"]}
        found = combinations.by_theme(form.where, **days, period=chosen["period"], at=timezone.now())
        if not isinstance(found, trends.Trends):
            return _counting(form)
        return Response(TrendsSerializer(_as_data(found, request.LANGUAGE_CODE)).data)


def _take(raw: Any) -> dict[str, Any]:
    number = str(raw.get("number", ""))[:64] if isinstance(raw, dict) else ""
    try:
        order, created = orders.take(orders.parse(raw, now=timezone.now()))
    except orders.BadOrder as error:
        errors = [{"field": error.field, "message": error.message}]
        return {"number": number, "status": "error", "errors": errors}
    return {"number": order.number, "status": "created" if created else "updated", "errors": []}


def _status(found: set[str]) -> int:
    """400 when nothing was taken; 201 when all are new."""
    if found == {"error"}:
        return status.HTTP_400_BAD_REQUEST
    return status.HTTP_201_CREATED if found == {"created"} else status.HTTP_200_OK


def _counting(form: TrendsFilter) -> Response:
    """Several filters at once over many comments: the first call has them counted, a later one tells."""
    chosen = form.cleaned_data
    since = trends.before_that(chosen["start"], chosen["end"])
    days = {"start": chosen["start"], "end": chosen["end"]}
    try:
        asked = combinations.ask(form.where, since=since, **days, grain=chosen["period"])
    except combinations.Full:
        raise Throttled(wait=COUNTED_SOON) from None
    progress = {"comments": asked.comments, "looked_at": asked.looked_at}
    return Response(progress, status=status.HTTP_202_ACCEPTED, headers={"Retry-After": str(COUNTED_SOON)})


def _as_data(found: trends.Trends, language: str) -> dict[str, Any]:
    return {
        "start": found.start,
        "end": found.end,
        "buckets": found.buckets,
        "comments": found.comments.total,
        "themes": [
            {
                "theme": row.slug,
                "name": row.name(language),
                "total": row.total,
                "before": row.before,
                "by_bucket": row.by_bucket,
                **{name: getattr(row.counts, name) for name in labels.POLARITIES},
            }
            for row in found.themes
        ],
    }
