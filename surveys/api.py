"""Rewards by program: a till or a web shop asks whether a code is good, and uses it up."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import money
from feedback.models import ApiToken
from feedback.roles import PUBLIC, Role
from surveys import guesses, redeem_calls, rewards
from surveys.models import Reward


class CodeNotFound(APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_detail = _("There is no such code.")
    default_code = "no_such_code"


class CodeRefused(APIException):
    status_code = status.HTTP_409_CONFLICT


class KeyUsed(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This Idempotency-Key was used before, with another request.")
    default_code = "key_used"


REASONS = {
    rewards.Redeemed: ("redeemed", _("This code was used before.")),
    rewards.Expired: ("expired", _("This code has expired.")),
    rewards.Revoked: ("revoked", _("This code is no longer valid.")),
    rewards.OrderTooSmall: ("order_too_small", _("The order is below the least amount for this code.")),
    rewards.OtherCurrency: ("other_currency", _("This code is in another currency than the order.")),
}


class CodeSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=40)


class RedeemSerializer(CodeSerializer):
    order_number = serializers.CharField(max_length=64)
    order_total = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0)
    currency = serializers.CharField(max_length=3)

    def validate_currency(self, currency: str) -> str:
        if not money.is_currency(currency.upper()):
            raise serializers.ValidationError(_("This is not a currency of ISO 4217, such as VND."))
        return currency.upper()


class RewardSerializer(serializers.ModelSerializer):
    """Amounts have the decimals of their currency: "50000" in VND, "5.00" in EUR."""

    amount = serializers.SerializerMethodField()
    minimum_order = serializers.SerializerMethodField(help_text="null: any order will do.")

    class Meta:
        model = Reward
        fields = ["code", "state", "amount", "currency", "minimum_order", "expires_on", "redeemed_at"]
        read_only_fields = fields

    def get_amount(self, reward: Reward) -> str:
        return str(money.quantize(reward.amount, reward.currency))

    def get_minimum_order(self, reward: Reward) -> str | None:
        least = reward.minimum_order
        return str(money.quantize(least, reward.currency)) if least else None


class RewardView(APIView):
    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope = ApiToken.Scope.REWARDS
    person_roles = frozenset({Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR})
    serializer_class = CodeSerializer

    def read(self, request):
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def answer(self, act, *args, **kwargs) -> redeem_calls.Said:
        """The reward, or why not. Codes that there are not are counted (C14)."""
        try:
            with guesses.counted(self.who):
                return redeem_calls.Said(status=200, body=RewardSerializer(act(*args, **kwargs)).data)
        except guesses.TooMany as error:
            raise Throttled(wait=error.wait) from error
        except rewards.RewardError as error:
            return redeem_calls.Said(status=0, body={"refused": type(error).__name__})

    @property
    def who(self) -> str:
        by = self.request.auth
        return f"token:{by.pk}" if isinstance(by, ApiToken) else f"user:{self.request.user.pk}"


class Check(RewardView):
    @extend_schema(
        operation_id="rewards_check",
        summary=_("Check a reward"),
        description=_(
            "Is this code good today? 404: there is none; 409: used, expired or revoked, with the reason. "
            "Scope: `rewards`."
        ),
        request=CodeSerializer,
        responses=RewardSerializer,
        examples=[OpenApiExample("A code", value={"code": "K7AXM2RDHT"}, request_only=True)],
    )
    def post(self, request):
        return answered(self.answer(rewards.check, self.read(request)["code"]))


class Redeem(RewardView):
    serializer_class = RedeemSerializer

    @extend_schema(
        operation_id="rewards_redeem",
        summary=_("Redeem a reward"),
        description=_(
            "Use the code up for this order. Asking again for the same order gives the same answer. "
            "Asking again under the same Idempotency-Key gives the same answer too, a refusal as well. "
            "Scope: `rewards`."
        ),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=_("A name of yours for this request, kept for a week."),
            )
        ],
        request=RedeemSerializer,
        responses=RewardSerializer,
        examples=[
            OpenApiExample(
                "A code and its order",
                value={
                    "code": "K7AXM2RDHT",
                    "order_number": "DH-1042",
                    "order_total": "320000",
                    "currency": "VND",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request):
        given = self.read(request)
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > redeem_calls.LONGEST_KEY:
            raise ValidationError({"Idempotency-Key": _("This is longer than 255 characters.")})

        def redeem() -> redeem_calls.Said:
            return self.answer(
                rewards.redeem,
                given["code"],
                order_number=given["order_number"],
                order_total=given["order_total"],
                currency=given["currency"],
                by=request.user if request.user.is_authenticated else None,
            )

        if not key:
            return answered(redeem())
        try:
            return answered(redeem_calls.once(f"{self.who} {key}", given, redeem))
        except redeem_calls.AnotherRequest as error:
            raise KeyUsed from error


def answered(said: redeem_calls.Said) -> Response:
    refused = said.body.get("refused")
    if refused == rewards.NoSuchCode.__name__:
        raise CodeNotFound
    if refused:
        code, detail = next(words for error, words in REASONS.items() if error.__name__ == refused)
        raise CodeRefused(detail, code)
    return Response(said.body)
