"""The defection workbench: the rate, who stopped buying, why, what is done; and the rule, tried first."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from feedback import charts, defections, leaving, replaced, shop
from feedback.defection.backtests import BackTest, Share, Who
from feedback.defection.rules import Kind, Rule
from feedback.defection_forms import (
    PRESETS,
    AnswerForm,
    ContactForm,
    DefectionFilter,
    InterviewForm,
    ReplacedForm,
    RuleForm,
    as_form,
    said,
)
from feedback.models import Defection, DefectionRule
from feedback.reports import back_test, investment
from feedback.reports import defections as report
from feedback.roles import DESK, REPORTS, Role, allow, holds
from feedback.views import departed, downloads, flagged, people_pages

PER_PAGE = 40
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
DEFINE = (Role.MANAGER, Role.ADMINISTRATOR)
SHOWN_QUARTERS = 12


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?state=` still going on, unless another is chosen; `?cause=`."""
    form = DefectionFilter(_with_state(request.GET))
    version = defections.in_force()
    rate = report.rate(version) if version else None
    rows = _chosen(form, version) if form.is_valid() else Defection.objects.none()
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "version": version,
        "rule_said": _said(version),
        **_false_alarms(request, version),
        **_of_earlier(request, version),
        "rate": rate,
        "now": report.now(),
        "causes": report.causes(),
        "page": pages,
        "rows": [(row, defections.pattern_of(row, request.LANGUAGE_CODE)) for row in pages],
        "today": shop.day(timezone.now()),
        "currency": shop.current().currency,
        "sees_reports": holds(request, *REPORTS),
        "may_define": holds(request, *DEFINE),
        **_figure(rate),
    }
    return render(request, "feedback/defections.html", context, status=200 if form.is_valid() else 400)


def _file(request: HttpRequest, write: downloads.Write) -> HttpResponseBase:
    """The chosen ones, one a line."""
    form = DefectionFilter(_with_state(request.GET))
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain; charset=utf-8")
    return write(_lines(form, request.LANGUAGE_CODE), "defections")


@allow(DESK)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.csv_of)


@allow(DESK)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.xlsx_of)


@allow(DESK)
@require_safe
def cohorts_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_cohort_lines(), "defection-by-cohort")


@allow(DESK)
@require_safe
def cohorts_xlsx(request: HttpRequest) -> HttpResponseBase:
    return downloads.xlsx_of(_cohort_lines(), "defection-by-cohort")


@allow(*DEFINE)
@require_safe
def rule(request: HttpRequest) -> HttpResponse:
    """Without an address of its own the rule that counts; with one, that is tried and may then be kept."""
    categories, version = defections.categories(), defections.in_force()
    if "kind" not in request.GET:
        counts = version.rule if version else None
        form = as_form(counts, categories) if counts else RuleForm(_first(), categories=categories)
        return _show_rule(request, form, version, None)
    form = RuleForm(request.GET, categories=categories)
    if not form.is_valid():
        return _show_rule(request, form, version, None, status=400)
    seen = defections.preview(form.rule, timezone.now())
    return _show_rule(request, as_form(form.rule, categories), version, seen)


def _rule_file(request: HttpRequest, write: downloads.Write) -> HttpResponseBase:
    """How the rule in the address did on the past, of none the one that counts or a usual one; 404 where it
    cannot be used."""
    categories, version = defections.categories(), defections.in_force()
    counts = version.rule.as_data() if version and version.rule else _first()
    form = RuleForm(request.GET if "kind" in request.GET else counts, categories=categories)
    if not form.is_valid():
        raise Http404
    tested = defections.preview(form.rule, timezone.now()).tested
    rows = list(back_test.lines(tested)) if tested else []
    return write([back_test.COLUMNS, *rows], "definition-tried")


@allow(*DEFINE)
@require_safe
def rule_csv(request: HttpRequest) -> HttpResponseBase:
    return _rule_file(request, downloads.csv_of)


@allow(*DEFINE)
@require_safe
def rule_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _rule_file(request, downloads.xlsx_of)


@allow(*DEFINE)
@require_POST
def rule_keep(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST, categories=defections.categories())
    if not form.is_valid():
        return _show_rule(request, form, defections.in_force(), None, status=400)
    try:
        defections.define(form.rule, by=request.user, now=timezone.now())
    except defections.Stale:
        messages.warning(request, _("Somebody else changed the definition at this moment. Look at theirs."))
        return redirect("defection_rule")
    messages.success(request, _("This is our definition from now on. Everybody is looked at within minutes."))
    return redirect("defections")


@allow(Role.MANAGER)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """What the page listed: by the definition and the look of the job that it was shown by."""
    form = ReplacedForm(request.POST)
    version = form.version() if form.is_valid() else None
    try:
        if version is None:
            raise defections.Stale
        n = replaced.withdraw(version, by=request.user, now=timezone.now())
    except defections.Stale:
        messages.warning(
            request, _("Everybody was looked at anew meanwhile. These are the alerts as of now.")
        )
        return redirect("defections")
    closed = ngettext(
        "%(n)s alert was closed: definition replaced.", "%(n)s alerts were closed: definition replaced.", n
    )
    messages.success(request, closed % {"n": n} if n else _("They are closed already."))
    return redirect("defections")


@allow(DESK)
@require_safe
def defection(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _row(public_id)
    initial = {"owner": row.owner_id, "cause": row.cause, "said": row.said}
    return _show(request, row, ContactForm(initial=initial, owners=defections.owners()), AnswerForm())


@allow(*ACT)
@require_POST
def contact(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _row(public_id)
    form = ContactForm(request.POST, owners=defections.owners())
    if not form.is_valid():
        return _show(request, row, form, AnswerForm(), status=400)
    try:
        defections.contact(row, by=request.user, now=timezone.now(), **form.cleaned_data)
    except defections.Stale:
        messages.warning(request, _("It was over in the meantime. This is how it stands now."))
    else:
        messages.success(request, _("Kept."))
    return redirect("defection", public_id)


@allow(*ACT)
@require_safe
def interview(request: HttpRequest, public_id: str) -> HttpResponse:
    """For whoever has them on the phone now."""
    row = _row(public_id)
    return _ask(request, row, InterviewForm(row=row))


@allow(*ACT)
@require_POST
def interview_keep(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _row(public_id)
    form = InterviewForm(request.POST, row=row)
    if not form.is_valid():
        return _ask(request, row, form, status=400)
    told = {"cause": form.cleaned_data["cause"], "said": form.cleaned_data["said"], "whys": form.whys}
    try:
        defections.contact(row, owner=row.owner, by=request.user, now=timezone.now(), **told)
    except defections.Stale:
        messages.warning(request, _("It was over in the meantime. This is how it stands now."))
    else:
        messages.success(request, _("Kept."))
    return redirect("defection", public_id)


@allow(Role.MANAGER)
@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    row, form = _row(public_id), AnswerForm(request.POST)
    if not form.is_valid():
        contacting = ContactForm(
            initial={"owner": row.owner_id, "cause": row.cause, "said": row.said}, owners=defections.owners()
        )
        return _show(request, row, contacting, form, status=400)
    try:
        defections.answer(row, by=request.user, now=timezone.now(), **form.cleaned_data)
    except defections.Stale:
        messages.warning(request, _("It was over in the meantime. This is how it stands now."))
    else:
        messages.success(request, _("Decided and closed."))
    return redirect("defection", public_id)


def _of_earlier(request: HttpRequest, version: DefectionRule | None) -> dict[str, Any]:
    """The alerts that an earlier definition raised: how many hold no more, or that it is not known yet."""
    now = timezone.now()
    if version is None or version.rule is None:
        return {}
    if not replaced.has_judged(version, now):
        return {"of_earlier": replaced.of_earlier(version).count()}
    return {
        "outdated": replaced.outdated(version, now).count(),
        "withdrawing": ReplacedForm.of(version),
        "may_withdraw": holds(request, Role.MANAGER),
    }


def _with_state(given: Any) -> dict[str, str]:
    return {
        "state": given.get("state") or DefectionFilter.TO_DO,
        "cause": given.get("cause", ""),
        "answer": given.get("answer", ""),
    }


def _chosen(form: DefectionFilter, version: DefectionRule | None) -> QuerySet[Defection]:
    state, cause, answer = (form.cleaned_data[name] for name in ("state", "cause", "answer"))
    rows = Defection.objects.select_related("customer", "owner", "rule")
    if state == DefectionFilter.TO_DO:
        rows = rows.filter(state__in=Defection.ONGOING)
    elif state == DefectionFilter.OUTDATED:
        old = replaced.outdated(version, timezone.now()) if version else Defection.objects.none()
        rows = old.select_related("customer", "owner", "rule")
    elif state == DefectionFilter.NOT_BACK:
        rows = investment.gone(shop.day(timezone.now())).select_related("customer", "owner", "rule")
    elif state == DefectionFilter.TOLD:
        rows = leaving.said_why(timezone.now()).select_related("customer", "owner", "rule")
    elif state != "all":
        rows = rows.filter(state=state)
    if cause:
        rows = rows.filter(cause="" if cause == DefectionFilter.UNASKED else cause)
    if answer:
        rows = rows.filter(answer=answer)
    return rows.order_by("contact_by", "-value_lost", "pk")


def _row(public_id: str) -> Defection:
    return get_object_or_404(
        Defection.objects.select_related("customer", "owner", "rule", "answered_by"), public_id=public_id
    )


def _ask(request: HttpRequest, row: Defection, form: InterviewForm, *, status: int = 200) -> HttpResponse:
    context = {
        "defection": row,
        "form": form,
        "pattern": defections.pattern_of(row, request.LANGUAGE_CODE),
        "is_ongoing": row.state in Defection.ONGOING,
    }
    return render(request, "feedback/defection_interview.html", context, status=status)


def _show(
    request: HttpRequest, row: Defection, contacting: ContactForm, answering: AnswerForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "defection": row,
        "pattern": defections.pattern_of(row, request.LANGUAGE_CODE),
        "between": row.whys.splitlines()[:-1],  # what was said on the way to the root
        "rule_said": _said(row.rule),
        **_false_alarms(request, row.rule),
        "contacting": contacting,
        "answering": answering,
        "is_ongoing": row.state in Defection.ONGOING,
        "may_act": holds(request, *ACT),
        "may_decide": holds(request, Role.MANAGER),
    }
    return render(request, "feedback/defection.html", context, status=status)


def _show_rule(
    request: HttpRequest,
    form: RuleForm,
    version: DefectionRule | None,
    seen: defections.Preview | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "version": version,
        "rule_said": _said(version),
        "seen": seen,
        "presets": [(words, urlencode(settings)) for words, settings in PRESETS],
    }
    if seen is not None and form.is_valid():
        context |= {
            "tried_said": said(form.rule),
            "is_by_word": form.rule.kind == Kind.SHARE,
            "people_url": people_pages.url("defection_rule_people", **form.rule.as_data()),
            "all_url": people_pages.url("defection_rule_people", **form.rule.as_data(), who=flagged.ALL),
            "kept": [(name, str(value)) for name, value in form.rule.as_data().items()],
        }
        if seen.tested is not None:
            cut = date.fromordinal(seen.tested.cut)
            lead = None if seen.tested.lead_days is None else round(seen.tested.lead_days)
            context |= {
                "cut": cut,
                "few": seen.tested.flagged < 30,
                "shares": _shares(seen.tested, form.rule),
                "past_urls": {who.value: _past_url(form.rule, who) for who in Who},
                "verdict": _verdict(seen.tested),
                "files": [
                    (kind.upper(), people_pages.url(f"defection_rule_{kind}", **form.rule.as_data()))
                    for kind in ("csv", "xlsx")
                ],
                "lead": lead,
                "lead_days": abs(lead or 0),
            }
    return render(request, "feedback/defection_rule.html", context, status=status)


def _shares(tested: BackTest, rule: Rule) -> list[tuple[str, Share, str, str, str]]:
    """Each with what it stands beside: drawn in pairs, the measured one and what blind chance would do; where
    its count and its whole lead to."""
    words = {
        "base_rate": (_("Of all customers, so many stopped in that time"), "", Who.STOPPED, Who.KNOWN),
        "precision": (_("Of those it finds, so many stopped"), "delighted", Who.RIGHT, Who.FLAGGED),
        "recall": (_("Of those who stopped, so many it finds"), "delighted", Who.RIGHT, Who.STOPPED),
        "flagged": (_("Of all customers, so many it finds"), "", Who.FLAGGED, Who.KNOWN),
    }
    found = back_test.shares(tested)
    return [
        (said, found[name], kind, _past_url(rule, counted), _past_url(rule, of))
        for name, (said, kind, counted, of) in words.items()
    ]


def _past_url(rule: Rule, who: Who) -> str:
    return people_pages.url("defection_rule_past", **rule.as_data(), who=who.value)


def _verdict(tested: BackTest) -> str:
    """Is a find more often right than a find at random? By the interval of the one beside the other."""
    right, base = tested.right, tested.base_rate.value
    if right.low is None or right.high is None or base is None:
        return ""
    if right.low > base:
        return _("Whom it finds stopped more often than customers do anyway: it knows something.")
    if right.high < base:
        return _("Whom it finds stopped less often than customers do anyway: it looks at the wrong ones.")
    return _("Whom it finds did not stop more often than customers do anyway, by more than chance.")


def _false_alarms(request: HttpRequest, version: DefectionRule | None) -> dict[str, Any]:
    """What the job found out, and where its customers are for who may try a definition."""
    told = report.false_alarms(version) if version else None
    rule = version.rule if version else None
    if told is None or rule is None or not holds(request, *DEFINE):
        return {"false_alarms": told}
    on = rule.as_data() | {"judged_by": told.window, "on": told.on}
    urls = {
        f"{who.value}_url": people_pages.url("defection_rule_past", **on, who=who.value)
        for who in (Who.CAME_BACK, Who.FLAGGED)
    }
    return {"false_alarms": told, **urls}


def _first() -> dict[str, Any]:
    return {"kind": "interval", "times": 2, "at_least": 45, "at_most": 3660, "once_days": 0, "once_visits": 1,
            "days": 90, "periods": 1, "drop": 50, "percent": 50, "share": 50, "least": 1,
            "judged_by": 90}  # fmt: skip


def _said(version: DefectionRule | None) -> str:
    rule = version.rule if version else None
    return said(rule) if rule else ""


def _figure(rate: report.Rate | None) -> dict[str, Any]:
    if rate is None:
        return {}
    quarters = rate.quarters[-SHOWN_QUARTERS:]
    names = [departed.quarter_words(one.first) for one in quarters]
    urls = [people_pages.url("departed", quarter=one.first) for one in quarters]
    context: dict[str, Any] = {"quarters": list(zip(names, quarters, urls, strict=True))[::-1]}
    if sum(one.rate is not None for one in quarters) > 1:
        points = [None if one.rate is None else one.rate * 100 for one in quarters]
        context["figure"] = charts.line_figure([charts.Series(_("left"), points, "warn")], names)
    return context


def _lines(form: DefectionFilter, language: str) -> Iterator[Sequence[Any]]:
    yield ("id", "customer", "since", "pattern", "value_lost", "currency", "state", "owner", "contact_by",
           "cause", "answer", "came_back_on")  # fmt: skip
    for row in _chosen(form, defections.in_force()).iterator(chunk_size=2000):
        yield (
            row.public_id, row.customer.public_id, row.since, defections.pattern_of(row, language),
            row.value_lost, row.currency, row.state, str(row.owner), row.contact_by, row.cause, row.answer,
            row.came_back_on,
        )  # fmt: skip


def _cohort_lines() -> Iterator[Sequence[Any]]:
    yield "first_purchase_from", "n", "left", "rate", "low", "high", "too_young"
    version = defections.in_force()
    rate = report.rate(version) if version else None
    for one in rate.quarters if rate else ():
        yield one.first, one.n, one.left, one.rate, *(one.interval or (None, None)), int(one.is_young)
