"""Answers by program: a chat, an app or a call centre asks in its own way and sends what was said."""

from collections.abc import Mapping

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback.models import ApiToken, Order
from feedback.roles import PUBLIC
from surveys import invitations, responses, sheets
from surveys.api import RewardSerializer
from surveys.invitations import NotAsked, NotOpen
from surveys.models import Invitation, Survey
from surveys.screens import in_words
from surveys.sheets import BadAnswers

_REFUSED = {
    "not_live": gettext_lazy("This survey is not open."),
    "expired": gettext_lazy("The time to answer is over."),
    "nobody": gettext_lazy("There is nobody to ask about this order any more."),
    "insider": gettext_lazy("This customer is staff or family, and is not asked where there is a reward."),
}


class NotTaken(APIException):
    status_code = status.HTTP_409_CONFLICT


class AnswersSerializer(serializers.Serializer):
    order_number = serializers.CharField(max_length=64)
    store = serializers.SlugField(max_length=40, required=False, help_text="Where two shops number alike.")
    language = serializers.ChoiceField(["vi", "en"], required=False, help_text="Of the words they saw.")
    answers = serializers.DictField(help_text="By the `id` of each question.")


class TakenSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Of the response.")
    status = serializers.ChoiceField(["created", "unchanged"])
    link = serializers.URLField(help_text="Their own page: what became of the reward, and their data.")
    reward = RewardSerializer(allow_null=True, help_text="The same whatever was said. null: there is none.")


class QuestionsSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    questions = serializers.ListField(child=serializers.DictField(), help_text="As in the survey's export.")


class Answers(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.ANSWERS

    @extend_schema(
        operation_id="survey_questions",
        summary=gettext_lazy("The questions of a survey"),
        description=gettext_lazy(
            "As they are asked now, with their words in each language. 409 while the survey is not open. "
            "Scope: `answers`."
        ),
        responses=QuestionsSerializer,
    )
    def get(self, request: Request, public_id: str) -> Response:
        survey = _survey(public_id)
        if survey.state != Survey.State.LIVE:
            raise NotTaken(_REFUSED["not_live"], "not_live")
        version = sheets.current_version(survey)
        return Response({"version": version.number, "questions": version.definition["questions"]})

    @extend_schema(
        operation_id="survey_answer",
        summary=gettext_lazy("Send the answers of a customer"),
        description=gettext_lazy(
            "Of one order, once: sent again, the first answers stay and are told with 200. What does not fit "
            "is named by question and nothing is kept (400). 409: the survey is closed, its time is over, or "
            "this customer is not asked. Scope: `answers`."
        ),
        request=AnswersSerializer,
        responses={200: TakenSerializer, 201: TakenSerializer},
        examples=[
            OpenApiExample(
                "After buying",
                value={
                    "order_number": "DH-1042", "language": "vi",
                    "answers": {"problem": "none", "expectation": "above", "recommend": 9},
                },
                request_only=True,
            )
        ],
    )  # fmt: skip
    def post(self, request: Request, public_id: str) -> Response:
        serializer = AnswersSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        invitation = _asked(_survey(public_id), given)
        found = invitations.response_of(invitation)
        was_there = found is not None and found.state == found.State.FINISHED
        language = given.get("language") or invitation.language
        response = _submitted(invitation, given["answers"], language)
        reward = responses.reward_of(response)
        body = {
            "id": response.public_id,
            "status": "unchanged" if was_there else "created",
            "link": invitations.link(invitations.mint(invitation, "api")),
            "reward": RewardSerializer(reward).data if reward else None,
        }
        return Response(body, status=status.HTTP_200_OK if was_there else status.HTTP_201_CREATED)


def _survey(public_id: str) -> Survey:
    survey = Survey.objects.filter(public_id=public_id).first()
    if survey is None:
        raise Http404
    return survey


def _asked(survey: Survey, given: Mapping[str, str]) -> Invitation:
    """Handed over as a link is: no letter goes out."""
    named = Order.objects.filter(number=given["order_number"]).select_related("customer")
    orders = list((named.filter(store=given["store"]) if given.get("store") else named)[:2])
    if not orders:
        raise ValidationError({"order_number": _("There is no such order.")})
    if len(orders) > 1:
        raise ValidationError({"store": _("Two shops have an order of this number: say which.")})
    try:
        return invitations.invite(survey, order=orders[0], language=given.get("language", ""), as_link=True)
    except NotAsked as refused:
        raise NotTaken(_REFUSED[refused.key], refused.key) from refused


def _submitted(invitation: Invitation, given: Mapping[str, object], language: str) -> responses.Response:
    try:
        sheet = sheets.sheet(invitation, language)
        known = {question.id: question for question in sheet.definition.questions}
        if unknown := [name for name in given if name not in known]:
            raise ValidationError({f"answers.{name}": _("There is no such question.") for name in unknown})
        typed = {name: _typed(value) for name, value in given.items()}
        return responses.submit(invitation, typed, language=language, sheet=sheet)
    except BadAnswers as bad:
        raise ValidationError(
            {f"answers.{name}": in_words(error, known[name], language) for name, error in bad.errors.items()}
        ) from bad
    except NotOpen as refused:
        raise NotTaken(_REFUSED[refused.key], refused.key) from refused


def _typed(value: object) -> object:
    """As a page sends it: programs write true and 12.5 where people choose and type."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if isinstance(value, dict):
        return {part: _typed(one) for part, one in value.items()}
    return value if value is None or isinstance(value, str) else str(value)
