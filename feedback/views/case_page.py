"""The page of one case: words, facts, decision, message and what to do. What each of its buttons does is
feedback.views.cases, and the modules named for their part of it."""

from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from feedback import (
    case_message,
    case_procedure,
    case_spot,
    cases,
    corrections,
    disputes,
    fact_sheet,
    follow_ups,
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
from feedback.models import Case, Decision, Promise, Theme, ThemeTotal
from feedback.models.totals import ALL
from feedback.money import format_money
from feedback.roles import DESK, Role, holds
from feedback.views import case_story, wishes
from feedback.wording.compose import explain

LATELY = timedelta(days=30)
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
SOLVE = (Role.FRONT_LINE, *ACT)


class Typed(TypedDict, total=False):
    """One of the page's forms with what was typed and refused; those of a part, by their names in it."""

    refused: FactForm
    moving: MoveForm
    overriding: OverrideForm
    spot: SpotForm
    message: dict[str, Any]
    judging: dict[str, Any]
    procedure: dict[str, Any]


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


def is_ordinary(case: Case, decision: Decision | None) -> bool:
    """What the front line may settle: no refusal, nothing above the limit, no threat and no insult."""
    return decision is not None and not decision.needs_approver and not handling.wants_senior(case)


def show(request: HttpRequest, case: Case, *, status: int = 200, **typed: Unpack[Typed]) -> HttpResponse:
    """The page of a case, anew or with what was refused."""
    decision = current_decision(case)
    context: dict[str, Any] = {
        "case": case,
        "comment": case.comment,
        "moving": typed.get("moving") or MoveForm(),
        "refused": typed.get("refused"),
        **_rights(request, case, decision),
        **_matter(case, request.LANGUAGE_CODE),
        "handling": _handling(request, case, typed),
    }
    if decision:
        context |= _decided(request, case, decision, typed)
    return render(request, "feedback/case.html", context, status=status)


def _rights(request: HttpRequest, case: Case, decision: Decision | None) -> dict[str, Any]:
    """What whoever looks may do, and see."""
    may_act = holds(request, *ACT)
    may_call = holds(request, *SOLVE)
    return {
        "may_act": may_act,
        "may_solve": may_act or (holds(request, Role.FRONT_LINE) and is_ordinary(case, decision)),
        "may_stop": holds(request, Role.APPROVER, Role.MANAGER),
        "may_hand_over": may_call,
        "is_desk": holds(request, *DESK),
        "reach": case.customer if may_call and _is_with_us(case) else None,
    }


def _matter(case: Case, language: str) -> dict[str, Any]:
    """What it is about and how it stands, whoever looks."""
    today = shop.day(timezone.now())
    return {
        "today": today,
        "not_first": handling.NOT_FIRST if follow_ups.is_told_again(case) else "",
        "locked_by": [
            {"row": row, "evidence": disputes.evidence(row, language)}
            for row in disputes.open_on(case.order_id)
        ],
        "history": case_story.history(case),
        "others": _others(case, today, language),
        "worth": _worth(case, language),
        "is_gone": cases.is_gone(case),
        "compared": wishes.compared(case),
        "owed": case.promises.filter(state=Promise.State.OPEN).order_by("by_when", "pk"),
    }


def _handling(request: HttpRequest, case: Case, typed: Typed) -> dict[str, Any]:
    shown = case_procedure.shown(case, request.user, timezone.now()) | typed.get("procedure", {})
    shown["judged"] |= typed.get("judging", {})
    return shown


def _decided(request: HttpRequest, case: Case, decision: Decision, typed: Typed) -> dict[str, Any]:
    """What the policy decided, on which facts, what a person decided otherwise, and what came of it."""
    language, decided = request.LANGUAGE_CODE, overrides.effective(decision)
    currency, overriding = decision.facts["currency"], typed.get("overriding")
    spot, message = typed.get("spot"), typed.get("message", {})
    return {
        "decision": decision,
        "decided": decided,
        "reason": explain(decided, language),
        "facts": list(fact_sheet.shown(decision, language, typed.get("refused"))),
        "override": case_message.overridden(case, decision, language),
        "overriding": overriding or OverrideForm(currency=currency, initial={"decision": decision.pk}),
        "may_override": holds(request, *overrides.ROLES),
        "is_overriding": overriding is not None,
        "spot": case_spot.shown(case, decision, language, spot) if holds(request, *SOLVE) else None,
        "currency": currency,
        "message": case_message.shown(case, decision, decided, request.user, language, **message),
        "promises": case.promises.select_related("who").order_by("by_when", "pk"),
        "given": case.concessions.select_related("booked_by").order_by("pk"),
    }


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
