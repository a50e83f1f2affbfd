"""Which themes come up, how often and how they feel, from the kept daily totals."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import combinations, drawn, kept, shop, trend_tables
from feedback.models import Alert, Combination, Product
from feedback.prepared import PreparedFigures
from feedback.reports import trends
from feedback.roles import DESK, REPORTS, allow, holds
from feedback.trend_forms import SaveForm, TrendsFilter, known
from feedback.views import saved_views, splits, trend_parts


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    form = asked.form
    if not form.is_valid():
        return render(request, "feedback/trends.html", {"form": form}, status=400)
    bursts = trend_tables.bursts(form)
    found = _drawn_or_kept(asked, bursts, request.LANGUAGE_CODE)
    if not isinstance(found, trend_parts.Drawn):
        return _being_counted(request, form, found)
    views = saved_views.shown(request)
    context = {
        **found.context,
        "drawn_above": found.above,
        "drawn_below": found.below,
        "form": form,
        "drawn_filters": _drawn_filters(request, asked, views),
        "may_see_impact": holds(request, *REPORTS),
        "address": form.whole_address,
        "views": views,
        "chosen_words": _in_words(form, found.context["trends"]),
        "is_in_whole_months": form.told_days != (form.cleaned_data["start"], form.cleaned_data["end"]),
        **_about_bursts(form, found.context["trends"], bursts),
    }
    if form.cleaned_data["split"]:
        context |= splits.shown(form, request.LANGUAGE_CODE, found.context)
    return render(request, "feedback/trends.html", context)


NAMED = 5  # bursts; of more it is said how many


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filters of an address, kept as they are for everybody: nobody may change the form. `key`: all that
    it is made of."""

    key: Hashable
    form: TrendsFilter
    fields: SafeString
    save_fields: SafeString


def _asked(request: HttpRequest) -> _Asked:
    """By what is chosen, and by what there is to choose."""
    today, choices, language = shop.day(timezone.now()), known(), request.LANGUAGE_CODE
    sku = request.GET.get("product", "")
    # PostgreSQL cannot be asked for a NUL; the form names it.
    products = tuple(_product.all(sku)) if sku and "\0" not in sku else ()
    key = ("filters of trends", language, today, request.GET.urlencode(), choices, products)

    def make() -> _Asked:
        form = TrendsFilter(request.GET, today=today, choices=choices)
        if form.is_valid():
            form.filled()
        fields = render_to_string("feedback/_trend_fields.html", {"form": form})
        return _Asked(key, form, fields, render_to_string("feedback/_save_fields.html", {"form": SaveForm()}))

    return drawn.once(key, make)


_product = PreparedFigures(lambda sku: Product.objects.filter(sku=sku).order_by().values_list("pk"), str)


def _drawn_or_kept(
    asked: _Asked, bursts: list[Alert], language: str
) -> trend_parts.Drawn | Combination | None:
    """Drawn anew when a total changed, a theme has another name, or a day is over. Of several filters, and
    without bursts, the raw rows are counted: then nothing is kept."""
    form = asked.form

    def draw() -> trend_parts.Drawn | Combination | None:
        found = trend_tables.found(form, bursts)
        return trend_parts.draw(found, form, language) if isinstance(found, trends.Trends) else found

    if len(form.where) > 1 or (bursts and form.cleaned_data["without"]):
        return draw()
    chosen = form.cleaned_data
    days = trends.reach(chosen["start"], chosen["end"], form.against)
    return drawn.while_totals_stay(("trends", asked.key), draw, *days)


def _drawn_filters(request: HttpRequest, asked: _Asked, views: Sequence[Mapping[str, Any]]) -> SafeString:
    """Names of views are somebody's own."""
    own = [
        {**view, "name": kept.Own(view["name"]), "by": kept.Own(view["by"] or "")}
        | {"url": kept.Own(view["url"]), "public_id": kept.Own(view["public_id"])}
        for view in views
    ]
    context = {
        "drawn_fields": asked.fields,
        "save_fields": asked.save_fields,
        "address": asked.form.whole_address,
        "is_chosen": bool(request.GET),
        "path": request.path,
        "own_views": own,
    }
    return kept.part(request, "feedback/_trend_filters.html", context)


def _being_counted(
    request: HttpRequest, form: TrendsFilter, asked: Combination | None, status: int = 200
) -> HttpResponse:
    """No totals are kept of several filters at once, and there is too much to count it while one waits."""
    chosen = form.cleaned_data
    since = trends.before_that(chosen["start"], chosen["end"])
    context = {
        "form": form.filled(),
        "asked": asked,
        "to_look_through": asked.comments if asked else combinations.comments_between(since, chosen["end"]),
        "address": form.whole_address,
    }
    return render(request, "feedback/trends_counted.html", context, status=status)


@allow(DESK)
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Have a combination of filters counted; the page of trends shows how far it is, then what was found."""
    form = TrendsFilter(request.POST, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/trends.html", {"form": form}, status=400)
    chosen = form.cleaned_data
    against = form.against if chosen["compare"] else None
    days = {"start": chosen["start"], "end": chosen["end"]}
    try:
        combinations.ask_for(form.where, **days, grain=chosen["period"], against=against)
    except combinations.Full:
        messages.error(request, _("Many combinations wait to be counted already. Ask again in some minutes."))
    return redirect(f"{reverse('trends')}?{urlencode(form.whole_address)}")


def _in_words(form: TrendsFilter, found: trends.Trends) -> list[tuple[str, str]]:
    """What the numbers are of, for the page and for paper."""
    left_out = [(_("Left out"), _("bad reviews that came at once"))] if found.is_less else []
    return [*form.in_words, *left_out]


def _about_bursts(form: TrendsFilter, found: trends.Trends, bursts: list[Alert]) -> dict[str, Any]:
    """Seen with them or without: the other one is a press away, where they can be taken out."""
    address = form.whole_address
    address.pop("without", None)
    other = address if found.is_less else address | {"without": "bursts"}
    return {
        "bursts": bursts,
        "more_bursts": max(0, len(bursts) - NAMED),
        "is_without_bursts": found.is_less,
        "is_filtered": bool(form.where),
        "other_url": f"{reverse('trends')}?{urlencode(other)}",
    }
