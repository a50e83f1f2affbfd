"""The customers behind a number of a report, for programs: the rows of its page and files."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from feedback.api_reports import PAGE, Report, described, page_of, valid
from feedback.defection.backtests import Who
from feedback.roles import DESK, EVERYONE, REPORTS, Role
from feedback.views import departed, flagged, people_pages, tenure_people, threshold_cases, valued
from feedback.views.people_pages import Line, People

_CUSTOMERS = gettext_lazy(
    "The customers whom one number of the report counts, by the id of their page, with what made "
    "them count. Scope: `reports`."
)
_CASES = gettext_lazy(
    "The complaints that one number of the report counts, by the id of their page, and whose they are. "
    "Scope: `reports`."
)


class BehindANumberSerializer(serializers.Serializer):
    customers = serializers.IntegerField(help_text="How many there are on all pages.")
    counted = serializers.IntegerField(allow_null=True, help_text="What the report says, where it was kept.")
    found_at = serializers.DateTimeField(allow_null=True, help_text="When the report was found.")
    currency = serializers.CharField()
    erased = serializers.IntegerField(help_text="Counted as well; nobody knows any more who they are.")
    pages = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.DictField(), help_text="As in the files, 500 a page.")


class CasesBehindANumberSerializer(serializers.Serializer):
    cases = serializers.IntegerField(help_text="How many complaints there are on all pages.")
    pages = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.DictField(), help_text="As in the files, 500 a page.")


def api(
    people: People, roles: frozenset[Role], *, parameters: Sequence[Any], summary: Promise
) -> type[Report]:
    """The same rows for programs."""

    are_cases = people.of is people_pages.Of.CASE

    @described(
        people.address,
        CasesBehindANumberSerializer if are_cases else BehindANumberSerializer,
        summary=summary,
        description=_CASES if are_cases else _CUSTOMERS,
        parameters=[*parameters, PAGE],
    )
    class Behind(Report):
        person_roles: ClassVar[frozenset[Role]] = roles

        def tell(self, request: Request) -> dict[str, Any]:
            form = valid(people_pages.form_of(people, request.query_params))
            found = people.find(form)
            if found is None:
                raise NotFound
            page = page_of(request, people_pages.countable(found))
            lines = found.lines(list(page["rows"]))
            count = people_pages.number(found, page["places"])
            return {
                "cases" if are_cases else "customers": count, "counted": found.counted, "found_at": found.at,
                "erased": found.erased, "currency": found.currency, "pages": page["pages"],
                "rows": [_row(people, line) for line in lines],
            }  # fmt: skip

    return Behind


def _row(people: People, line: Line) -> dict[str, Any]:
    """A line of the file under its columns' names; sums as everywhere, never as binary fractions."""
    plain = people_pages.plain(people, line)
    return dict(zip(people_pages.names(people), map(_told, plain), strict=True))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    return f"{value:f}" if isinstance(value, Decimal) else value


QUARTER = OpenApiParameter("quarter", date, description=gettext_lazy("First day of the quarter; else all."))
PART = [
    OpenApiParameter(name, str, required=name == "kind", description=gettext_lazy("As in the report."))
    for name in ("kind", "key", "group")
] + [OpenApiParameter("who", str, enum=list(departed.WHO))]
THRESHOLD = OpenApiParameter("threshold", str, description=gettext_lazy("Left out: the one that counts."))
WHO = OpenApiParameter("who", str, enum=list(departed.LEFT_OR_ALL))
Departed = api(
    departed.LEFT, DESK, parameters=[QUARTER, WHO], summary=gettext_lazy("List the customers who left")
)
LeftOfPart = api(
    departed.OF_PART, REPORTS, parameters=PART, summary=gettext_lazy("List who left of a place or a product")
)
Valued = api(
    valued.VALUED, EVERYONE, parameters=[THRESHOLD], summary=gettext_lazy("List the valued customers")
)
YEAR = [OpenApiParameter("year", int), OpenApiParameter("who", str, enum=["all", "stayed"])]
OfYear = api(
    tenure_people.OF_YEAR,
    REPORTS,
    parameters=YEAR,
    summary=gettext_lazy("List who bought in a year of staying"),
)
RULE = OpenApiParameter("kind", str, required=True, description=gettext_lazy(
    "And its numbers, as in the address of its page."))  # fmt: skip
SET_UP = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
WouldBeFound = api(
    flagged.FLAGGED,
    SET_UP,
    parameters=[RULE, OpenApiParameter("who", str, enum=[flagged.FOUND, flagged.ALL])],
    summary=gettext_lazy("List whom a definition of defection would find today"),
)
TriedOnThePast = api(
    flagged.ON_THE_PAST,
    SET_UP,
    parameters=[
        RULE,
        OpenApiParameter("who", str, enum=[one.value for one in Who]),
        OpenApiParameter("on", date, description=gettext_lazy("Else the last day that can be.")),
    ],
    summary=gettext_lazy("List the customers of a definition tried on the past"),
)
HelpedFrom = api(
    valued.HELPED,
    EVERYONE,
    parameters=[THRESHOLD, OpenApiParameter("months", int)],
    summary=gettext_lazy("List the customers whom a threshold would have helped"),
)
LookedAt = api(
    threshold_cases.LOOKED_AT,
    EVERYONE,
    parameters=[OpenApiParameter("months", int)],
    summary=gettext_lazy("List the complaints that the thresholds look at"),
)
