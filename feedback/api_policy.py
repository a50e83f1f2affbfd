"""The policy that counts now, for programs: what a shop may offer, as data."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import facts
from feedback.models import ApiToken
from feedback.roles import EVERYONE, PUBLIC


@extend_schema_field(OpenApiTypes.OBJECT)
class TermsField(serializers.JSONField):
    pass


class PolicySerializer(serializers.Serializer):
    version = serializers.IntegerField(
        allow_null=True, help_text="`null` before anything was decided: then the terms are the program's own."
    )
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="`null`: no end is set.")
    digest = serializers.CharField(help_text="SHA-256 of the terms: the same terms have the same one.")
    terms = TermsField(help_text="As a policy file has them.")


class PolicyNow(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.POLICY
    person_roles = EVERYONE

    @extend_schema(
        operation_id="policy",
        summary=gettext_lazy("Read the policy"),
        description=gettext_lazy(
            "The version by which complaints are decided now, with its terms. It changes nothing. "
            "Scope: `policy`."
        ),
        responses=PolicySerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(PolicySerializer(_now()).data)


def _now() -> dict[str, Any]:
    policy, terms = facts.live_terms(timezone.now())
    return {
        "version": policy.version if policy else None,
        "since": policy.starts_at if policy else None,
        "until": policy.ends_at if policy else None,
        "digest": terms.digest,
        "terms": terms.as_dict(),
    }
