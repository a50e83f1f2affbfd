"""Contacts and staffed hours by the API, and the report of them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import contact_imports, contacts, shop
from feedback.api_reports import DAYS, Report, chosen, described
from feedback.contact_forms import HoursFilter
from feedback.contact_words import FAULTS
from feedback.contacting import patterns, tables, waits
from feedback.models import ApiToken
from feedback.models.words import Channel
from feedback.reports import hours
from feedback.roles import DESK, PUBLIC

MOST = 500  # at a time
# What a program calls a field, and what the rule does.
_FIELDS = {
    "at": "at",
    "channel": "channel",
    "reason": "reason",
    "waited_seconds": "waited",
    "satisfied": "satisfied",
    "direction": "direction",
    "external_id": "external_id",
    "order_number": "order_number",
    "email": "email",
    "location": "location",
    "agent": "agent",
}
_HOUR_FIELDS = {"starts_at": "at", "people": "people", "location": "location"}


class ContactSerializer(serializers.Serializer):
    """What feedback.contacting.tables takes; it is the one that checks."""

    at = serializers.DateTimeField(help_text="When they got in touch. Without a zone: the shop's own.")
    channel = serializers.ChoiceField(Channel.values, required=False, help_text="`phone` when left out.")
    reason = serializers.CharField(
        required=False, help_text="Your own word; a new one becomes a reason in the report. `other` without."
    )
    waited_seconds = serializers.IntegerField(required=False, min_value=0, max_value=waits.LONGEST)
    satisfied = serializers.BooleanField(required=False, allow_null=True, help_text="null: not known.")
    direction = serializers.ChoiceField(["in", "out"], required=False, help_text="`out`: we called them.")
    external_id = serializers.CharField(
        required=False, help_text="Makes it the same one again: what becomes known later is added."
    )
    order_number = serializers.CharField(required=False)
    email = serializers.EmailField(required=False, help_text="Of a customer that is known; makes none.")
    location = serializers.SlugField(required=False)
    agent = serializers.CharField(required=False, help_text="The name to log in with of who answered.")


class ContactErrorSerializer(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class ContactResultSerializer(serializers.Serializer):
    external_id = serializers.CharField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "error"])
    errors = ContactErrorSerializer(many=True)  # type: ignore[assignment]


class ContactResultsSerializer(serializers.Serializer):
    results = ContactResultSerializer(many=True)


class StaffedHourSerializer(serializers.Serializer):
    starts_at = serializers.DateTimeField(help_text="Any moment of a clock hour of the shop.")
    people = serializers.DecimalField(5, 2, help_text="How many answered; 0.5 for half of it.")
    location = serializers.SlugField(required=False)


class StaffedResultSerializer(serializers.Serializer):
    hours = serializers.IntegerField(help_text="That are known now.")
    changed = serializers.IntegerField(help_text="That are other than before.")


class Contacts(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.CONTACTS

    @extend_schema(
        operation_id="contacts",
        summary=gettext_lazy("Send calls, messages and visits"),
        description=gettext_lazy(
            "One contact or a list of at most 500, complaint or not. With an `external_id` each is taken "
            "once, and what is told of it later is added. Each is taken or refused by itself; 400 when none "
            "could be taken. Scope: `contacts`."
        ),
        request=ContactSerializer(many=True),
        responses=dict.fromkeys((200, 201, 400), ContactResultsSerializer),
        examples=[
            OpenApiExample(
                "A call",
                value={
                    "at": "2026-11-23T10:15:00+07:00", "channel": "phone", "reason": "delivery",
                    "waited_seconds": 140, "satisfied": True, "external_id": "call-20261123-0042",
                },
                request_only=True,
            )
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given, now = _listed(request.data), timezone.now()
        read = [_read(raw, tables.read, _FIELDS, now) for raw in given]
        good = [one for one in read if isinstance(one, tables.Row)]
        outcomes = iter(contacts.take_many(contact_imports.told_of(good, by=None)))
        results = []
        for raw, one in zip(given, read, strict=True):
            name = str(raw.get("external_id", ""))[:120] if isinstance(raw, Mapping) else ""
            is_good = isinstance(one, tables.Row)
            what = next(outcomes).value if is_good else "error"
            results.append({"external_id": name, "status": what, "errors": [] if is_good else one})
        return Response({"results": results}, status=_status({one["status"] for one in results}))


class StaffedHours(APIView):
    allowed_roles = PUBLIC
    scope = ApiToken.Scope.CONTACTS

    @extend_schema(
        operation_id="staffed_hours",
        summary=gettext_lazy("Say how many people answered, hour by hour"),
        description=gettext_lazy(
            "One hour or a list of at most 500; an hour that is known is replaced. All are taken, or none. "
            "Scope: `contacts`."
        ),
        request=StaffedHourSerializer(many=True),
        responses={200: StaffedResultSerializer},
        examples=[
            OpenApiExample(
                "An hour",
                value={"starts_at": "2026-11-23T10:00:00+07:00", "people": "3"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given, now = _listed(request.data), timezone.now()
        read = [_read(raw, tables.read_hour, _HOUR_FIELDS, now) for raw in given]
        wrong = {
            f"{place}.{fault['field']}": [fault["message"]]
            for place, one in enumerate(read)
            if not isinstance(one, tables.Hour)
            for fault in one
        }
        if wrong:
            raise ValidationError(wrong)
        people = contact_imports.hours_of([one for one in read if isinstance(one, tables.Hour)])
        return Response({"hours": len(people), "changed": contacts.staff_hours(people)})


def _listed(data: Any) -> list[Any]:
    given = data if isinstance(data, list) else [data]
    if not 0 < len(given) <= MOST:
        raise ValidationError(_("Send between 1 and %(most)s at a time.") % {"most": MOST})
    return given


def _read(raw: Any, reading: Any, fields: Mapping[str, str], now: Any) -> Any:
    """What the rule makes of a JSON object, or what is wrong with it."""
    if not isinstance(raw, Mapping):
        return [{"field": "contact", "message": _("This must be a JSON object.")}]
    errors = [
        {"field": str(name)[:40], "message": _("This field does not exist here.")}
        for name in raw
        if name not in fields
    ]
    cells: list[str] = []
    for name in fields:
        cell = _cell(raw.get(name), is_yes_or_no=name == "satisfied")
        if cell is None:
            errors.append({"field": name, "message": _("This must be a text, a number, true or false.")})
        cells.append(cell or "")
    if errors:
        return errors
    plan = tables.Plan(columns={of: place for place, of in enumerate(fields.values())})
    named = {of: name for name, of in fields.items()}
    try:
        return reading(cells, plan, now=now, zone=shop.zone())
    except tables.BadRow as bad:
        return [
            {"field": named.get(one.field, one.field), "message": str(FAULTS[one.key])} for one in bad.faults
        ]


def _cell(value: Any, *, is_yes_or_no: bool) -> str | None:
    """As it would stand in a table; None: no such thing can."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("yes" if value else "no") if is_yes_or_no else None
    if isinstance(value, str):
        return value[:10_000]
    if isinstance(value, int | float) and not is_yes_or_no and abs(value) < 1e12:
        return f"{value:g}" if isinstance(value, float) else str(value)
    return None


def _status(found: set[str]) -> int:
    """400 when nothing was taken; 201 when all are new."""
    if found == {"error"}:
        return status.HTTP_400_BAD_REQUEST
    return status.HTTP_201_CREATED if found == {"created"} else status.HTTP_200_OK


class GapSerializer(serializers.Serializer):
    size = serializers.FloatField(help_text="-0.06: six points fewer of a hundred are satisfied.")
    low = serializers.FloatField()
    high = serializers.FloatField()
    chance = serializers.FloatField(help_text="Of so much or more, if nothing differed.")


class WaitingSerializer(serializers.Serializer):
    moves = serializers.BooleanField(help_text="Whether waiting time moves with the gap.")
    seconds = GapSerializer(help_text="How much longer they wait.")
    alike = GapSerializer(help_text="What is left of the gap among people who waited equally long.")


class HoursFindingSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["hours", "weekdays", "reason", "cell"])
    weekdays = serializers.ListField(child=serializers.IntegerField(), help_text="1 Monday to 7 Sunday.")
    hours = serializers.ListField(child=serializers.IntegerField())
    reasons = serializers.ListField(child=serializers.CharField())
    contacts = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    share_outside = serializers.FloatField(allow_null=True)
    expected = serializers.FloatField(allow_null=True, help_text="Of a single cell.")
    gap = GapSerializer()
    waiting = WaitingSerializer(allow_null=True)


class HoursCellSerializer(serializers.Serializer):
    weekday = serializers.IntegerField(help_text="1 Monday to 7 Sunday.")
    hour = serializers.IntegerField()
    reason = serializers.CharField()
    contacts = serializers.IntegerField()
    known = serializers.IntegerField(help_text="That said whether they were satisfied.")
    satisfied = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="null below ten answers.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    mean_wait_seconds = serializers.FloatField(allow_null=True)


class ContactHoursSerializer(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()
    contacts = serializers.IntegerField()
    looks = serializers.IntegerField(help_text="How many places were looked at for findings.")
    is_enough = serializers.BooleanField(help_text="Whether enough is known to look for findings.")
    findings = HoursFindingSerializer(many=True)
    cells = HoursCellSerializer(many=True)


@described(
    "contact_hours",
    ContactHoursSerializer,
    summary=gettext_lazy("Read when people are satisfied"),
    description=gettext_lazy(
        "Contacts by hour, weekday and reason with waiting time, and where satisfaction differs by more "
        "than chance. Scope: `reports`."
    ),
    parameters=[
        *DAYS,
        OpenApiParameter("reason", str, description=gettext_lazy("Of this reason alone.")),
        OpenApiParameter("channel", str, enum=Channel.values),
        OpenApiParameter("location", str, description=gettext_lazy("Of this branch alone.")),
    ],
)
class ContactHours(Report):
    person_roles = DESK

    def tell(self, request: Request) -> dict[str, Any]:
        form = chosen(HoursFilter, request)
        given, (dimension, value) = form.cleaned_data, form.dimension
        found = hours.report(
            given["start"], given["end"], dimension=dimension, value=value, reason=given["reason"]
        )
        return _as_data(found)


def _as_data(found: hours.Hours) -> dict[str, Any]:
    return {
        "start": found.start,
        "end": found.end,
        "contacts": found.all.n,
        "looks": found.found.looks,
        "is_enough": found.found.is_enough,
        "findings": [_finding(one) for one in found.found.findings],
        "cells": [_cell_data(*line) for line in found.lines],
    }


def _finding(one: patterns.Finding) -> dict[str, Any]:
    waiting = one.waiting
    return {
        "kind": one.kind,
        "weekdays": [day + 1 for day in one.weekdays],
        "hours": list(one.hours),
        "reasons": list(one.reasons),
        "contacts": one.inside.n,
        "share": one.inside.share,
        "share_outside": one.outside.share,
        "expected": one.expected,
        "gap": one.gap,
        "waiting": waiting and {"moves": waiting.moves, "seconds": waiting.gap, "alike": waiting.alike},
    }


def _cell_data(weekday: int, hour: int, reason: str, line: hours.Line) -> dict[str, Any]:
    low, high = line.interval or (None, None)
    return {
        "weekday": weekday + 1, "hour": hour, "reason": reason, "contacts": line.n, "known": line.known,
        "satisfied": line.satisfied, "share": line.share, "low": low, "high": high,
        "mean_wait_seconds": line.wait,
    }  # fmt: skip
