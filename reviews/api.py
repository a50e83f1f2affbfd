"""The endpoint for programs that send reviews."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import shop
from feedback.models import ApiToken
from feedback.roles import PUBLIC
from reviews import intake
from reviews.models import Source
from reviews.records import BadRecord, Fault, ReviewRecord, parse

LONGEST_LIST = 1000


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


class Reviews(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.REVIEWS

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
