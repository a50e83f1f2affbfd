"""Topics that no theme catches, for programs."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback.models import ApiToken, Proposal
from feedback.roles import PUBLIC, REPORTS

MOST = 500  # the newest


class PhraseSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="As most people write it.")
    people = serializers.IntegerField()


class ProposalSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    language = serializers.ChoiceField(["vi", "en"])
    name = serializers.CharField(help_text="What tells most of it: a proposal for the theme's name.")
    state = serializers.ChoiceField(Proposal.State.values)
    phrases = PhraseSerializer(many=True)
    people = serializers.IntegerField(help_text="Different customers in the last eight weeks.")
    lately = serializers.IntegerField(help_text="Those of the last four weeks.")
    before = serializers.IntegerField(help_text="Those of the four weeks before.")
    weeks = serializers.ListField(child=serializers.IntegerField(), help_text="By week, the oldest first.")
    near = serializers.CharField(help_text="The theme whose comments are worded most alike, or empty.")
    first_found_at = serializers.DateTimeField()
    found_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    theme = serializers.CharField(source="theme.slug", default="", help_text="What became of it, or empty.")


class ProposalsSerializer(serializers.Serializer):
    proposals = ProposalSerializer(many=True)


class MissedThemes(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.TRENDS
    person_roles = REPORTS

    @extend_schema(
        operation_id="missed_themes",
        summary=gettext_lazy("Read what no theme catches"),
        description=gettext_lazy(
            "Topics that come up in comments which no theme caught, found once a week, those that most "
            "people speak of first. No words of single customers. Scope: `trends`."
        ),
        parameters=[OpenApiParameter("state", str, enum=Proposal.State.values)],
        responses=ProposalsSerializer,
    )
    def get(self, request: Request) -> Response:
        state = request.query_params.get("state", "")
        if state and state not in Proposal.State.values:
            raise ValidationError({"state": [_("There is no such state.")]})
        found = Proposal.objects.select_related("theme").order_by("-people", "pk")
        if state:
            found = found.filter(state=state)
        return Response(ProposalsSerializer({"proposals": list(found[:MOST])}).data)
