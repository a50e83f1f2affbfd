"""The frame of a report's answer to programs: who may read it, which filters it takes, 400 where one cannot
be used, 204 while a job has found nothing yet. What is special about a report, its own module says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.core.paginator import Paginator
from django.forms import BaseForm
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import shop
from feedback.forms import PeriodFilter
from feedback.margins import Source
from feedback.models import ApiToken
from feedback.roles import PUBLIC, REPORTS, Role

MOST_ROWS = 500  # of a list, in one answer
DAYS = [
    OpenApiParameter("from", date, description=gettext_lazy("First day.")),
    OpenApiParameter("to", date, description=gettext_lazy("Last day; today when left out.")),
]
PAGE = OpenApiParameter("page", int, description=gettext_lazy("Of the list; the first when left out."))
Form = TypeVar("Form", bound=BaseForm)
Period = TypeVar("Period", bound=PeriodFilter)
View = TypeVar("View", bound="type[Report]")


class MarginSerializer(serializers.Serializer):
    """What is earned of what is spent, and what it rests on."""

    share = serializers.CharField(help_text="0 to 1.")
    basis = serializers.ChoiceField(
        [one.value for one in Source], help_text="The shop's own costs, the policy, or what was asked for."
    )
    low = serializers.CharField(allow_null=True, help_text="Of its 95 % interval; null unless measured.")
    high = serializers.CharField(allow_null=True)
    orders = serializers.IntegerField(help_text="Of the last 365 days whose costs are known.")
    known = serializers.CharField(help_text="How much of what was bought they are, 0 to 1.")


class Report(APIView):
    """A report names its `answer` with `described` and gives its numbers with `tell`."""

    allowed_roles = PUBLIC  # HasScope guards it: a token's scope, or a person's role
    scope: ClassVar[str] = ApiToken.Scope.REPORTS
    person_roles: ClassVar[frozenset[Role]] = REPORTS  # those of its page
    answer: ClassVar[type[serializers.Serializer]]

    def get(self, request: Request, **_of_the_address: str) -> Response:
        told = self.tell(request)
        if told is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.answer(told).data)

    def tell(self, request: Request) -> Any:
        """What `answer` takes; None: nothing was found yet."""
        raise NotImplementedError


def described(
    name: str,
    answer: type[serializers.Serializer],
    *,
    summary: str | Promise,
    description: str | Promise,
    parameters: Sequence[OpenApiParameter] = (),
    may_be_nothing: bool = False,
) -> Callable[[View], View]:
    """What the schema says of a report. `name`: of the operation."""

    def mark(view: View) -> View:
        view.answer = answer
        said = extend_schema(
            operation_id=name,
            summary=summary,
            description=description,
            parameters=list(parameters),
            responses={200: answer, 204: None} if may_be_nothing else answer,
        )
        return extend_schema_view(get=said)(view)

    return mark


def chosen(form: type[Period], request: Request) -> Period:
    """The filters of a page, out of an address of the API."""
    return valid(form(request.query_params, today=shop.day(timezone.now())))


def valid(form: Form) -> Form:
    """Raises ValidationError with what is wrong, by the names that stand in the address."""
    if not form.is_valid():
        raise ValidationError(
            {form.add_prefix(name): [str(one) for one in said] for name, said in form.errors.items()}
        )
    return form


def rows(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The lines of a report's files, by the names of their columns."""
    return [dict(zip(columns, line, strict=True)) for line in lines]


def page_of(request: Request, found: Any) -> Mapping[str, Any]:
    """`pages`: how many there are; `places`: on all of them; `rows`: of the one asked for. A number that is
    none of them is refused."""
    pages = Paginator(found, MOST_ROWS)
    asked, last = request.query_params.get("page", "1"), pages.num_pages
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= last):
        raise ValidationError({"page": [_("There is no such page: there are %(last)s.") % {"last": last}]})
    return {"pages": last, "places": pages.count, "rows": pages.page(int(asked)).object_list}
