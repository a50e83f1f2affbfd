"""Complaints: the list, and one case with words, facts, decision, message and what to do."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from feedback import (
    call_backs,
    case_message,
    case_procedure,
    case_spot,
    cases,
    corrections,
    disputes,
    fact_sheet,
    handling,
    labels,
    overrides,
    shop,
    value,
)
from feedback.buckets import Grain
from feedback.case_forms import OverrideForm
from feedback.forms import FactForm, MoveForm
from feedback.handling_forms import SpotForm
from feedback.models import Case, Decision, Event, FactCorrection, Promise, Theme, ThemeTotal
from feedback.models.totals import ALL
from feedback.money import format_money
from feedback.policy.facts import BadFacts
from feedback.roles import DESK, EVERYONE, Role, allow, holds
from feedback.views import wishes
from feedback.wording.compose import explain

PER_PAGE = 40
LATELY = timedelta(days=30)
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
GONE = gettext_noop(
    "This customer was erased on their wish: the case stays as it ended, and nothing begins again."
)
SOLVE = (Role.FRONT_LINE, *ACT)


@allow(EVERYONE)
@require_safe
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return show(request, found(public_id))


@allow(*ACT)
@require_POST
def correct_fact(request: HttpRequest, public_id: str) -> HttpResponse:
    case = found(public_id)
    name = request.POST.get("name", "")
    if name not in labels.FACT_CHOICES or case.comment.read_at is None:
        messages.error(request, _("This fact cannot be set by hand."))
        return redirect("case", public_id)
    form = FactForm(request.POST, name=name)
    if not form.is_valid():
        return show(request, case, refused=form, status=400)
    given = form.cleaned_data
    try:
        cases.correct_fact(case.comment, name, given["value"], reason=given["reason"], by=request.user)
    except BadFacts as error:
        form.add_error("value", error.message)
        return show(request, case, refused=form, status=400)
    messages.success(request, _("Kept, and decided again with it."))
    return redirect("case", public_id)


@allow(*SOLVE)
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """The front line may solve what needs no approver (S2-9); everything else is for staff."""
    case = found(public_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return show(request, case, moving=form, status=400)
    if not holds(request, *ACT) and not (form.cleaned_data["to"] == "resolved" and _within_limit(case)):
        messages.error(request, _("This is above what the front line may settle: hand it to staff."))
        return redirect("case", public_id)
    try:
        messages.success(request, _move(case, form.cleaned_data, request.user))
    except cases.Stale:
        messages.warning(
            request, _("Somebody else changed this case just before. This is how it stands now.")
        )
    except cases.Gone:
        messages.error(request, _(GONE))
    except handling.NotYet as error:
        form.add_error(error.field, str(error.why))
        return show(request, case, moving=form, status=400)
    return redirect("case", public_id)


@allow(*ACT)
@require_POST
def confirm_customer(request: HttpRequest, public_id: str) -> HttpResponse:
    cases.confirm_customer(found(public_id), by=request.user)
    messages.success(request, _("Kept. What we know of this customer now counts."))
    return redirect("case", public_id)


def _move(case: Case, given: dict[str, str], by) -> str:
    match given["to"]:
        case "waiting":
            cases.wait(case, by=by)
            return _("The case waits for the customer.")
        case "resolved":
            cases.resolve(
                case, by=by, first_time=given["first_time"] == "yes", cause_removed=given["cause_removed"],
                root_cause=given["root_cause"], is_told=given["is_told"],
                keeps_promises=given["keeps_promises"],
            )  # fmt: skip
            return _("The case is resolved.")
        case "closed":
            cases.close(case, by=by, why=given["closed_why"])
            return _("The case is closed.")
    cases.reopen(case, by=by)
    return _("The case is open again.")


def found(public_id: str) -> Case:
    rows = Case.objects.select_related(
        "comment__analysis",
        "comment__touchpoint",
        "comment__product",
        "comment__typed",
        "customer",
        "order",
        "owner",
        "joined_to",
    )
    return get_object_or_404(rows, public_id=public_id)


def url_of(case: Case) -> str:
    return reverse("case", args=[case.public_id])


def current_decision(case: Case) -> Decision | None:
    rows = Decision.objects.filter(comment=case.comment_id, is_current=True)
    return rows.select_related("policy", "override__by").first()


def _within_limit(case: Case) -> bool:
    return _is_ordinary(case, current_decision(case))


def _is_ordinary(case: Case, decision: Decision | None) -> bool:
    """What the front line may settle: no refusal, nothing above the limit, no threat and no insult."""
    return decision is not None and not decision.needs_approver and not handling.wants_senior(case)


def show(
    request: HttpRequest,
    case: Case,
    *,
    refused: FactForm | None = None,
    moving: MoveForm | None = None,
    overriding: OverrideForm | None = None,
    message: dict[str, Any] | None = None,
    judging: dict[str, Any] | None = None,
    spot: SpotForm | None = None,
    procedure: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; one of its forms with what was typed and refused."""
    language = request.LANGUAGE_CODE
    decision = current_decision(case)
    context: dict[str, Any] = {
        "case": case,
        "comment": case.comment,
        "may_act": holds(request, *ACT),
        "may_solve": holds(request, *ACT)
        or (holds(request, Role.FRONT_LINE) and _is_ordinary(case, decision)),
        "may_stop": holds(request, Role.APPROVER, Role.MANAGER),
        "may_hand_over": holds(request, *SOLVE),
        "moving": moving or MoveForm(),
        "not_first": handling.NOT_FIRST if cases.is_told_again(case) else "",
        "locked_by": [
            {"row": row, "evidence": disputes.evidence(row, language)}
            for row in disputes.open_on(case.order_id)
        ],
        "is_desk": holds(request, *DESK),
        "history": _history(case),
        "refused": refused,
        "others": _others(case, shop.day(timezone.now()), language),
        "worth": _worth(case, language),
        "is_gone": cases.is_gone(case),
        "reach": case.customer if holds(request, *SOLVE) and _is_with_us(case) else None,
        "today": shop.day(timezone.now()),
        "compared": wishes.compared(case),
        "owed": case.promises.filter(state=Promise.State.OPEN).order_by("by_when", "pk"),
        "handling": case_procedure.shown(case, request.user, timezone.now()),
    }
    context["handling"] |= procedure or {}
    if judging:
        context["handling"]["judged"] |= judging
    if decision:
        decided = overrides.effective(decision)
        currency = decision.facts["currency"]
        context |= {
            "decision": decision,
            "decided": decided,
            "reason": explain(decided, language),
            "facts": list(fact_sheet.shown(decision, language, refused)),
            "override": case_message.overridden(case, decision, language),
            "overriding": overriding or OverrideForm(currency=currency, initial={"decision": decision.pk}),
            "may_override": holds(request, *overrides.ROLES),
            "is_overriding": overriding is not None,
            "spot": case_spot.shown(case, decision, language, spot) if holds(request, *SOLVE) else None,
            "currency": currency,
            "message": case_message.shown(case, decision, decided, request.user, language, **(message or {})),
            "promises": case.promises.select_related("who").order_by("by_when", "pk"),
            "given": case.concessions.select_related("booked_by").order_by("pk"),
        }
    return render(request, "feedback/case.html", context, status=status)


def _others(case: Case, today: date, language: str) -> list[dict[str, Any]]:
    """How often others named the same lately: one complaint tells of many that nobody made (S4-5)."""
    told = corrections.themes_of(case.comment)
    themes = {theme.slug: theme.name(language) for theme in Theme.objects.filter(slug__in=told)}
    lately = ThemeTotal.objects.filter(
        dimension=ALL, value=ALL, grain=Grain.DAY, theme__in=themes, day__gt=today - LATELY, day__lte=today
    )
    counted = lately.values_list("theme").annotate(n=Sum("negative")).order_by("-n")
    since = today - LATELY + timedelta(days=1)
    return [
        {"slug": slug, "name": themes[slug], "n": n, "from": since, "to": today}
        for slug, n in counted
        if n > 1
    ]


def _is_with_us(case: Case) -> bool:
    return case.customer is not None and case.customer.erased_at is None


def _worth(case: Case, language: str) -> str:
    """Lifetime value in money (S2-7), as it is now."""
    if case.customer_id is None:
        return ""
    values = value.lifetime_values([case.customer_id])
    if case.customer_id not in values:
        return labels.elsewhere(value.other_currencies(case.customer_id), language)
    return format_money(values[case.customer_id], shop.current().currency, language)


def _history(case: Case) -> list[dict[str, Any]]:
    """What was done, oldest first: Events, and corrected facts with their reasons."""
    events = Event.objects.filter(subject=f"feedback.case:{case.pk}").select_related("by").order_by("id")
    corrections = FactCorrection.objects.filter(comment=case.comment_id).select_related("by").order_by("id")
    notes = call_backs.notes_of(case)
    entries: list[dict[str, Any]] = [
        {
            "at": event.at,
            "by": event.by,
            "what": labels.known(labels.EVENTS, event.verb),
            "reason": notes.get((event.data.get("promise"), event.data.get("number")), "")
            or _closed_why(event),
        }
        for event in events
    ]
    for row in corrections:
        what = _("%(fact)s corrected") % {"fact": labels.known(labels.FACTS, row.name)}
        entries.append(
            {"at": row.at, "by": row.by, "what": what, "reason": labels.known(labels.REASONS, row.reason)}
        )
    return sorted(entries, key=_at)


def _closed_why(event: Event) -> str:
    known = {one.value: str(one.label) for one in Case.ClosedWhy}
    return known.get(event.data.get("why", ""), "") if event.verb == "case closed" else ""


def _at(entry: dict[str, Any]) -> datetime:
    return entry["at"]
