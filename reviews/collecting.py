"""How reviews are collected and checked, for everybody: written from settings and counts (L4, L5, L6)."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from feedback.addressing import as_the_shop_does
from feedback.roles import NAMES, public
from reviews import account, account_words
from reviews.hiding import HIDERS
from reviews.models import HIDDEN_FOR, PublicPlan


@public
@require_safe
@as_the_shop_does
def how_page(request: HttpRequest) -> HttpResponse:
    found = account.of_late()
    context = {
        "account": found,
        "reasons": [(HIDDEN_FOR[reason], n) for reason, n in found.reasons.items()],
        "findings": account_words.findings(found),
        "plans": list(_plans()),
        "hiders": ", ".join(str(NAMES[role]) for role in HIDERS),
        "end_of_log": account.end_of_log(),
        "now": timezone.now(),
    }
    return render(request, "reviews/how.html", context)


def _plans() -> Iterator[str]:
    """Of each place where we ask for reviews: who is asked, and when. One query."""
    plans = PublicPlan.objects.filter(look_at__isnull=False, source__is_active=True).select_related("source")
    for plan in plans.filter(source__solicitation_allowed=True).order_by("source__name"):
        yield ngettext(
            "%(place)s: %(whom)s, %(n)s working day after the delivery.",
            "%(place)s: %(whom)s, %(n)s working days after the delivery.",
            plan.delay,
        ) % {"place": plan.source.name, "whom": _whom(plan), "n": plan.delay}


def _whom(plan: PublicPlan) -> str:
    if plan.way == PublicPlan.Way.EVERY_NTH:
        return _("every buyer whose number in the line is a multiple of %(n)s") % {"n": plan.every}
    if plan.way == PublicPlan.Way.SHARE:
        return _("%(percent)s %% of buyers, drawn by lot") % {"percent": plan.percent}
    return _("every buyer")
