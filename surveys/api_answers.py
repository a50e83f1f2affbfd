"""Answers by program: a chat, an app or a call centre asks in its own way and sends what was said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import journal
from feedback.models import ApiToken, Order
from feedback.roles import PUBLIC
from surveys import invitations, responses, sheets
from surveys.api import RewardSerializer
from surveys.invitations import NotAsked, NotOpen
from surveys.models import Invitation, Reward, Survey
from surveys.models import Response as Finished
from surveys.questions import Kind
from surveys.screens import in_words
from surveys.sheets import BadAnswers

_REFUSED = {
    "not_live": gettext_lazy("This survey is not open."),
    "expired": gettext_lazy("The time to answer is over."),
    "nobody": gettext_lazy("There is nobody to ask about this order any more."),
    "insider": gettext_lazy("This customer is staff or family, and is not asked where there is a reward."),
}

MOST = 200  # answers in one request; a survey has at most 60 questions
_BY_API = "api"  # purpose of the links that are told here


class NotTaken(APIException):
    status_code = status.HTTP_409_CONFLICT


class AnswersSerializer(serializers.Serializer):
    order_number = serializers.CharField(max_length=64)
    store = serializers.SlugField(max_length=40, required=False, help_text="Where two shops number alike.")
    language = serializers.ChoiceField(["vi", "en"], required=False, help_text="Of the words they saw.")
    answers = serializers.DictField(help_text="By the `id` of each question.", allow_empty=False)

    def validate_answers(self, answers: dict[str, Any]) -> dict[str, Any]:
        if len(answers) > MOST:
            raise serializers.ValidationError(_("These are more than %(most)s answers.") % {"most": MOST})
        return answers


class TakenSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Of the response.")
    status = serializers.ChoiceField(["created", "unchanged"])
    link = serializers.URLField(
        allow_null=True,
        help_text="Their own page: what became of the reward, and their data. null: they answered elsewhere.",
    )
    reward = RewardSerializer(
        allow_null=True,
        help_text="The same whatever was said. null: there is none, or they answered elsewhere.",
    )


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
        try:
            version = sheets.current_version(survey)
        except NotOpen as refused:
            raise NotTaken(_REFUSED[refused.key], refused.key) from refused
        return Response(
            {"version": version.number, "questions": _with_touchpoints(version.definition["questions"])}
        )

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
        given, now = serializer.validated_data, timezone.now()
        survey, order = _survey(public_id), _order(given)
        found = Invitation.objects.filter(survey=survey, order=order).select_related("response").first()
        there = invitations.response_of(found) if found else None
        if there is None or there.state != there.State.FINISHED:
            with journal.recording():  # what is refused leaves no invitation
                found = _asked(survey, order, given)
                there = _submitted(found, given, now)
        assert found is not None
        is_ours = there.finished_at == now
        body = {
            "id": there.public_id,
            "status": "created" if is_ours else "unchanged",
            **_theirs(found, there, is_ours=is_ours),
        }
        return Response(body, status=status.HTTP_201_CREATED if is_ours else status.HTTP_200_OK)


def _theirs(invitation: Invitation, response: Finished, *, is_ours: bool) -> dict[str, Any]:
    """Their page and code, for the program that took the answers: of what was said elsewhere it learns
    neither."""
    if is_ours or invitation.tokens.filter(purpose=_BY_API).exists():
        token = invitations.mint(invitation, _BY_API)
    else:
        return {"link": None, "reward": None}
    reward = Reward.objects.filter(response=response.pk).first()
    return {
        "link": invitations.link(token),
        "reward": RewardSerializer(reward).data if reward else None,
    }


def _with_touchpoints(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The shop's own, where a question offers them."""
    offered = [
        {"id": one.slug, "words": {"vi": one.name_vi, "en": one.name_en}}
        for one in sheets.offered_touchpoints()
    ]
    return [one | {"choices": offered} if one["kind"] == Kind.TOUCHPOINT else one for one in questions]


def _survey(public_id: str) -> Survey:
    survey = Survey.objects.filter(public_id=public_id).first()
    if survey is None:
        raise Http404
    return survey


def _order(given: Mapping[str, Any]) -> Order:
    named = Order.objects.filter(number=given["order_number"]).select_related("customer")
    orders = list((named.filter(store=given["store"]) if given.get("store") else named)[:2])
    if not orders:
        raise ValidationError({"order_number": _("There is no such order.")})
    if len(orders) > 1:
        raise ValidationError({"store": _("Two shops have an order of this number: say which.")})
    return orders[0]


def _asked(survey: Survey, order: Order, given: Mapping[str, Any]) -> Invitation:
    """Handed over as a link is: no letter goes out, not one that waits either."""
    try:
        found = invitations.invite(survey, order=order, language=given.get("language", ""), as_link=True)
    except NotAsked as refused:
        raise NotTaken(_REFUSED[refused.key], refused.key) from refused
    invitations.hand_over(found)
    return found


def _submitted(invitation: Invitation, given: Mapping[str, Any], now: datetime) -> Finished:
    begun = invitations.response_of(invitation)
    language = given.get("language") or (begun.language if begun else "") or invitation.language
    try:
        sheet = sheets.sheet(invitation, language)
        known = {question.id: question for question in sheet.definition.questions}
        _refuse_unknown(given["answers"], {*known, *_asked_now(invitation.survey)})
        typed = {name: _typed(value) for name, value in given["answers"].items() if name in known}
        return responses.submit(invitation, typed, language=language, sheet=sheet, now=now)
    except BadAnswers as bad:
        raise ValidationError(
            {f"answers.{name}": in_words(error, known[name], language) for name, error in bad.errors.items()}
        ) from bad
    except NotOpen as refused:
        raise NotTaken(_REFUSED[refused.key], refused.key) from refused


def _asked_now(survey: Survey) -> set[str]:
    """Who began before the newest version keeps theirs; what only the newest asks is left aside for them."""
    return {one["id"] for one in sheets.current_version(survey).definition["questions"]}


def _refuse_unknown(given: Mapping[str, Any], known: set[str]) -> None:
    unknown = [name[:60] for name in given if name not in known]
    if unknown:
        raise ValidationError({f"answers.{name}": _("There is no such question.") for name in unknown})


def _typed(value: object) -> object:
    """As a page sends it: programs write true and 12.5 where people choose and type. Two decimals: three
    would be read as thousands."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2f}"
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if isinstance(value, dict):
        return {part: _typed(one) for part, one in value.items()}
    return value if value is None or isinstance(value, str) else str(value)
