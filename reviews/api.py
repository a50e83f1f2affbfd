"""The endpoint for programs that send reviews, and for those that show ours elsewhere."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import comments, shop
from feedback.models import ApiToken
from feedback.personal_data import redact
from feedback.roles import PUBLIC
from reviews import intake
from reviews.models import Review, Source
from reviews.records import BadRecord, Fault, ReviewRecord, parse

LONGEST_LIST = 1000
SHOWN_AT_ONCE = 100


class ReviewSerializer(serializers.Serializer):
    """What reviews.records.parse takes; it is the one that checks."""

    source = serializers.SlugField(help_text="The short name of a source that was set up.")
    external_id = serializers.CharField(max_length=200, help_text="With `source`, the same review again.")
    said_at = serializers.DateTimeField(help_text="Without a zone: in the shop's own.")
    edited_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="By the author; an older version then changes nothing."
    )
    stars = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    title = serializers.CharField(required=False, max_length=300)
    text = serializers.CharField(required=False, max_length=20_000, help_text="Needed without stars.")
    author = serializers.CharField(required=False, max_length=200, help_text="The displayed name.")
    language = serializers.CharField(required=False, help_text="vi or en; else it is read from the text.")
    url = serializers.URLField(required=False)
    verified = serializers.BooleanField(required=False, allow_null=True)
    incentivised = serializers.BooleanField(required=False, allow_null=True)
    order_number = serializers.CharField(required=False, max_length=64)
    product_sku = serializers.CharField(required=False, max_length=80)
    location = serializers.CharField(required=False, max_length=40)


class ReviewErrorSerializer(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class ReviewResultSerializer(serializers.Serializer):
    external_id = serializers.CharField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "error"])
    errors = ReviewErrorSerializer(many=True)


class ReviewResultsSerializer(serializers.Serializer):
    results = ReviewResultSerializer(many=True)


class ShownSerializer(serializers.Serializer):
    """One review as our own page shows it: personal data covered, and the reward always told (L5, L9)."""

    id = serializers.CharField(source="public_id")
    said_at = serializers.DateTimeField()
    stars = serializers.IntegerField(source="comment.stars", allow_null=True)
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    author = serializers.CharField(source="comment.author")
    verified = serializers.BooleanField(allow_null=True)
    incentivised = serializers.BooleanField(help_text="The author received or was promised a reward.")
    disclosure = serializers.SerializerMethodField(help_text="To be shown with the words; empty: no reward.")

    def get_title(self, review: Review) -> str:
        return redact(review.comment.title)

    def get_text(self, review: Review) -> str:
        return redact(review.comment.text)

    def get_disclosure(self, review: Review) -> str:
        return _("received a reward for a survey") if review.incentivised else ""


class Reviews(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.REVIEWS

    @extend_schema(
        operation_id="shown_reviews",
        summary=gettext_lazy("Reviews that our own page shows"),
        description=gettext_lazy(
            "The newest first, 100 a page. Whoever shows them elsewhere shows `disclosure` with them, and "
            "asks again: an author may take a text back. Scope: `reviews`."
        ),
        parameters=[OpenApiParameter("after", str, description="`next` of the page before.")],
        responses=inline_serializer(
            "ShownReviews",
            {
                "next": serializers.CharField(allow_null=True),
                "results": ShownSerializer(many=True),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        few = list(_older_than(request.query_params.get("after", ""))[: SHOWN_AT_ONCE + 1])
        is_cut = len(few) > SHOWN_AT_ONCE
        told = ShownSerializer(few[:SHOWN_AT_ONCE], many=True).data
        return Response({"next": few[SHOWN_AT_ONCE - 1].public_id if is_cut else None, "results": told})

    @extend_schema(
        operation_id="reviews",
        summary=gettext_lazy("Send reviews"),
        description=gettext_lazy(
            "One review or a list of at most 1,000. The same again changes nothing; other words or stars "
            "are a new version. Each is taken or refused by itself; 400 when none could be taken. "
            "Scope: `reviews`."
        ),
        request=ReviewSerializer(many=True),
        responses={200: ReviewResultsSerializer, 201: ReviewResultsSerializer, 400: ReviewResultsSerializer},
        examples=[
            OpenApiExample(
                "A review",
                value={
                    "source": "google",
                    "external_id": "AbC-1",
                    "said_at": "2026-11-20T09:30:00+07:00",
                    "stars": 2,
                    "text": "Ấm bị vỡ khi mở hộp.",
                    "author": "Lan",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given = request.data if isinstance(request.data, list) else [request.data]
        if not 0 < len(given) <= LONGEST_LIST:
            raise ValidationError(
                _("Send between 1 and %(most)s reviews at a time.") % {"most": LONGEST_LIST}
            )
        results = _take(given)
        return Response({"results": results}, status=_status({result["status"] for result in results}))


def _older_than(after: str) -> QuerySet[Review]:
    """`after`: the public id of the last known one; empty: from the newest. Raises ValidationError."""
    shown = Review.objects.shown().select_related("comment").order_by("-said_at", "-pk")
    if not after:
        return shown
    last = Review.objects.filter(public_id=comments.clean(after)).first()
    if last is None:
        raise ValidationError({"after": _("There is no such review.")})
    return shown.filter(Q(said_at__lt=last.said_at) | Q(said_at=last.said_at, pk__lt=last.pk))


def _take(given: list[Any]) -> list[dict[str, Any]]:
    """In the order given; what is right is taken in, one transaction per source."""
    now, zone = timezone.now(), shop.zone()
    sources = {source.slug: source for source in Source.objects.filter(is_active=True)}
    results: list[dict[str, Any]] = []
    taken: list[tuple[str, str] | None] = []  # beside results: where each that is right went
    records: dict[str, dict[str, ReviewRecord]] = {}
    for raw in given:
        try:
            slug = _source(raw, sources)
            record = parse(raw, now=now, zone=zone)
            _is_first(record, records.setdefault(slug, {}))
            taken.append((slug, record.external_id))
            results.append({"external_id": record.external_id, "status": "", "errors": []})
        except BadRecord as bad:
            errors = [{"field": fault.field, "message": str(fault.message)} for fault in bad.faults]
            taken.append(None)
            results.append({"external_id": _id(raw), "status": "error", "errors": errors})
    outcomes = {
        slug: intake.receive_many(sources[slug], found.values(), now=now).outcomes
        for slug, found in records.items()
    }
    for result, place in zip(results, taken, strict=True):
        if place is not None:
            slug, external_id = place
            result["status"] = outcomes[slug][external_id].value
    return results


def _source(raw: Any, sources: Mapping[str, Source]) -> str:
    if not isinstance(raw, dict):
        raise BadRecord([Fault(field="", message=_("is not a JSON object"))])
    slug = raw.get("source")
    if not isinstance(slug, str) or slug not in sources:
        raise BadRecord([Fault(field="source", message=_("no source of this short name is set up"))])
    return slug


def _is_first(record: ReviewRecord, earlier: dict[str, ReviewRecord]) -> None:
    """Twice the same in one list is harmless; twice with other words has no order to go by."""
    if earlier.setdefault(record.external_id, record).digest != record.digest:
        message = _("stands in this list already, with other words or stars")
        raise BadRecord([Fault(field="external_id", message=message)])


def _id(raw: Any) -> str:
    given = raw.get("external_id", "") if isinstance(raw, dict) else ""
    return str(given)[:200] if isinstance(given, str | int) else ""


def _status(found: set[str]) -> int:
    if found == {"error"}:
        return status.HTTP_400_BAD_REQUEST
    return status.HTTP_201_CREATED if found == {"created"} else status.HTTP_200_OK
