"""Orders in, for programs; and how a key is named in the schema."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import orders
from feedback.models import ApiToken
from feedback.roles import PUBLIC


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
