"""Does solving problems pay? The report, the customers behind each of its numbers, and both to take along."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from feedback import charts, money
from feedback.models import Customer
from feedback.roles import REPORTS
from feedback.views import people_pages, report_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People
from feedback.views.report_pages import Report
from surveys import recovery, recovery_words, spending
from surveys.cohorts import Cohort
from surveys.recovery import Report as Recovery
from surveys.recovery_figures import COLUMNS, lines
from surveys.resampling import Estimate
from surveys.result_forms import RecoveryFilter, RecoveryPeopleFilter
from surveys.spending import Group, Respondent
from surveys.views.costs import unit_words

COLUMNS_OF_PEOPLE = (
    Column(name="month_of_order", label=gettext_lazy("Month of the order"), kind=Kind.MONTH),
    Column(name="spent_before", label=gettext_lazy("spent before"), kind=Kind.MONEY),
    Column(name="spent_after", label=gettext_lazy("spent after"), kind=Kind.MONEY),
    Column(name="months_end", label=gettext_lazy("months end"), kind=Kind.DAY),
)
COLUMNS_OF_ELSEWHERE = (
    Column(name="orders", label=gettext_lazy("Orders left out"), kind=Kind.NUMBER),
    Column(name="currencies", label=gettext_lazy("Paid in")),
    Column(name="spent", label=gettext_lazy("Spent, net of what was paid back"), kind=Kind.SUMS),
)


def _context(request: HttpRequest, form: RecoveryFilter, report: Recovery) -> dict[str, Any]:
    language, query = get_language(), urlencode(form.as_shown())
    return {
        "found": report.found,
        "language": language,
        "findings": list(recovery_words.findings(report.found, report.currency, language)),
        "rows": [(group, *_said(group, query)) for group in report.found.groups],
        "compared": [(*_names(one), one) for one in report.found.comparisons],
        "others": [(code, n, _in_currency(form, code)) for code, n in sorted(report.others.items())],
        "unsolved": report.found.group(Cohort.NOT_RESOLVED),
        "elsewhere_url": f"{reverse('recovery_elsewhere')}?{query}",
        "unsolved_url": f"{reverse('recovery_people')}?{query}&cohort={Cohort.NOT_RESOLVED.value}",
        "fewest": spending.FEWEST,
        **_figure(report),
    }


def _behind(form: RecoveryPeopleFilter) -> Found:
    """Who a number of the report is: those who spent least afterwards first."""
    report, chosen = form.report(), form.cleaned_data
    found = [one for one in report.respondents if one.cohort == chosen["cohort"] and _is(one, chosen["who"])]
    found.sort(key=lambda one: (one.after, -one.before, one.customer))
    keys = [one.customer for one in found]
    erased = _erased(keys)
    return Found(
        title=str(recovery_words.NAMES[chosen["cohort"]]),
        rows=[one for one in found if one.customer not in erased],
        lines=_lines(report.currency),
        currency=report.currency,
        erased=len(erased),
    )


def _erased(customers: list[int]) -> set[int]:
    found = Customer.objects.filter(pk__among=customers).exclude(erased_at=None)
    return set(found.values_list("pk", flat=True))


def _elsewhere(form: RecoveryFilter) -> Found:
    """Whose orders the report left out for their currency; who has most first."""
    report = form.report()
    paid: defaultdict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for customer, code, amount in recovery.paid_elsewhere(report):
        paid[customer].append((code, amount))
    erased = _erased(list(paid))
    n = sum(map(len, paid.values()))
    words = ngettext(
        "%(n)s order in another currency than %(currency)s",
        "%(n)s orders in another currency than %(currency)s",
        n,
    )
    rows = [one for one in paid.items() if one[0] not in erased]
    return Found(
        title=words % {"n": n, "currency": report.currency},
        rows=sorted(rows, key=lambda one: (-len(one[1]), one[0])),
        lines=_lines_of_elsewhere,
        currency=report.currency,
        erased=len(erased),
    )


def _lines_of_elsewhere(rows: Sequence[tuple[int, list[tuple[str, Decimal]]]]) -> Iterator[Line]:
    customers = Customer.objects.in_bulk([customer for customer, _orders in rows])
    for customer, orders in rows:
        sums = {code: Decimal(0) for code in sorted({code for code, _amount in orders})}
        for code, amount in orders:
            sums[code] += amount
        yield customers[customer], [len(orders), ", ".join(sums), sums]


def _lines(currency: str) -> Callable[[Sequence[Respondent]], Iterator[Line]]:
    def amount(spent: float) -> Decimal:
        return money.quantize(Decimal(str(round(spent, 2))), currency)

    def lines(rows: Sequence[Respondent]) -> Iterator[Line]:
        customers = Customer.objects.in_bulk([one.customer for one in rows])
        for one in rows:
            _first, last = spending.windows(one.month).after
            yield customers[one.customer], [one.month, amount(one.before), amount(one.after), last]

    return lines


def _back(form: RecoveryFilter) -> tuple[str, str]:
    shown = {name: value for name, value in form.as_shown().items() if name not in ("cohort", "who")}
    return f"{reverse('recovery')}?{urlencode(shown)}", _("What solving problems returns")


def _said(group: Group, query: str) -> tuple[str, str, str]:
    """The cohort's name, why nothing or little is said of it, and the address of its customers."""
    url = f"{reverse('recovery_people')}?{query}&cohort={group.cohort.value}"
    return str(recovery_words.NAMES[group.cohort]), recovery_words.why_nothing(group), url


def _names(one: spending.Comparison) -> tuple[str, str]:
    return str(recovery_words.NAMES[one.one]), str(recovery_words.NAMES[one.other])


def _in_currency(form: RecoveryFilter, code: str) -> str:
    shown = {name: value for name, value in form.as_shown().items() if name != "cost"}
    return f"?{urlencode(shown | {'currency': code})}"


def _is(one: Respondent, who: str) -> bool:
    if who == "open" or one.is_open:
        return who == "open" and one.is_open
    return who == "counted" or (one.after > 0) == (who == "bought")


def _figure(report: Recovery) -> dict[str, Any]:
    """Means of each cohort before and after, of those that are spoken of."""
    said = [group for group in report.found.groups if group.after and group.before]
    highest = max((end for group in said for end in _ends(group)), default=0.0)
    if not said or highest <= 0:
        return {}
    unit = charts.in_units(highest)
    rows = [
        charts.RangeRow(
            label=f"{recovery_words.NAMES[group.cohort]} (n = {group.n})",
            was=_in_unit(group.before, unit),
            now=_in_unit(group.after, unit),
        )
        for group in said
    ]
    return {
        "figure": charts.range_figure(rows),
        "unit_words": unit_words(unit, report.currency),
        "drawn": "; ".join(_drawn(said, report.currency)),
    }


def _ends(group: Group) -> Iterator[float]:
    for one in (group.after, group.before):
        if one is not None:
            yield max(one.value, one.high or 0)


def _in_unit(one: Estimate | None, unit: int) -> charts.Measured | None:
    if one is None:
        return None
    low, high = (None if end is None else end / unit for end in (one.low, one.high))
    return charts.Measured(value=one.value / unit, low=low, high=high)


def _drawn(groups: Sequence[Group], currency: str) -> Iterator[str]:
    """The drawing in words, for who cannot see it."""
    for group in groups:
        words = {
            "name": recovery_words.NAMES[group.cohort],
            "before": _worth(group.before, currency),
            "after": _worth(group.after, currency),
        }
        yield _("%(name)s: %(before)s before, %(after)s after") % words


def _worth(one: Estimate | None, currency: str) -> str:
    return "–" if one is None else money.format_money(Decimal(str(one.value)), currency, get_language())


def _found(form: RecoveryFilter, language: str) -> Recovery:
    return form.report()


def _table(report: Recovery) -> list[Sequence[Any]]:
    """One line for each cohort, and one for each comparison."""
    return [COLUMNS, *lines(report)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="recovery",
        template="surveys/recovery.html",
        file="recovery",
        form=RecoveryFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
BEHIND = People(
    address="recovery_people",
    file="recovery-customers",
    form=RecoveryPeopleFilter,
    find=_behind,
    columns=COLUMNS_OF_PEOPLE,
    back=_back,
    has_filters=True,
)
people, people_csv, people_xlsx = people_pages.views(BEHIND, REPORTS)
ELSEWHERE = People(
    address="recovery_elsewhere",
    file="recovery-other-currencies",
    form=RecoveryFilter,
    find=_elsewhere,
    columns=COLUMNS_OF_ELSEWHERE,
    back=_back,
    has_filters=True,
)
elsewhere, elsewhere_csv, elsewhere_xlsx = people_pages.views(ELSEWHERE, REPORTS)
