"""Where customers leave, what a reward tied to it would be, what does not fit whom (S2-6, S2-10)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import leaving, shop
from feedback.defection.leaving import FEWEST, Part, reward
from feedback.defection_forms import RewardForm, TargetForm
from feedback.leaving import CATEGORY, FIT, LOCATION, PRODUCT, PROMISE, Found
from feedback.money import quantize
from feedback.roles import REPORTS, Role, allow, holds
from feedback.views import downloads, people_pages
from feedback.workbooks import Sheet

SHOWN = 30  # products and groups; the files have all that are kept
KINDS = {
    LOCATION: gettext_lazy("By place"),
    CATEGORY: gettext_lazy("By kind of product"),
    PRODUCT: gettext_lazy("By product"),
}
GROUPS = {
    "1": gettext_lazy("who take one at once"),
    "2": gettext_lazy("who take two or three at once"),
    "4": gettext_lazy("who take four or more at once"),
    "kept": gettext_lazy("to whom each promised day was kept"),
    "late": gettext_lazy("to whom something came late"),
}
COLUMNS = ("kind", "key", "group", "customers", "left", "rate", "low", "high", "others", "others_rate",
           "complained", "leaves_more", "complains_more")  # fmt: skip


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _show(request, TargetForm(language=request.LANGUAGE_CODE))


@allow(Role.MANAGER)
@require_POST
def target(request: HttpRequest) -> HttpResponse:
    """`end`: the key of a target that counts no more; else a new one."""
    now = timezone.now()
    if "end" in request.POST:
        key = request.POST["end"]
        if key.isdecimal() and len(key) < 18 and leaving.end_target(int(key), by=request.user, now=now):
            messages.success(request, _("It counts no more."))
        return redirect("leaving")
    form = TargetForm(request.POST, language=request.LANGUAGE_CODE)
    if not form.is_valid():
        return _show(request, form, status=400)
    leaving.set_target(**form.cleaned_data, by=request.user, now=now)
    messages.success(request, _("Kept."))
    return redirect("leaving")


@allow(REPORTS)
@require_safe
def fit(request: HttpRequest) -> HttpResponse:
    found, names = leaving.newest(), leaving.product_names(request.LANGUAGE_CODE)
    told: list[dict[str, Any]] = []
    if found is not None:
        parts = [one for one in (*found.of(FIT), *found.of(PROMISE)) if one.rate is not None]
        told = [_shown(one, _label(one, names), parts) for one in parts]
    unfit = [row for row in told if row["part"].leaves_more or row["part"].complains_more]
    context = {
        "found": found,
        "is_of_an_earlier": leaving.is_of_an_earlier(found),
        "rows": sorted(told, key=lambda row: row not in unfit)[:SHOWN],
        "unfit": unfit,
        "advice": [_advice(row) for row in unfit],
        "fewest": FEWEST,
    }
    return render(request, "feedback/fit.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(lines(leaving.newest()), "leaving")


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    head, *rows = lines(leaving.newest())
    sheet = Sheet(name=_("Where customers leave"), head=head, rows=rows)
    return downloads.workbook_of([sheet], "leaving")


def _show(request: HttpRequest, form: TargetForm, *, status: int = 200) -> HttpResponse:
    found, currency, now = leaving.newest(), shop.current().currency, timezone.now()
    names = leaving.product_names(request.LANGUAGE_CODE) | leaving.location_names(request.LANGUAGE_CODE)
    asked = RewardForm(request.GET, currency=currency)
    known = leaving.targets()
    context: dict[str, Any] = {
        "found": found,
        "is_of_an_earlier": leaving.is_of_an_earlier(found),
        "tables": [_table(found, kind, names) for kind in KINDS if found.of(kind)] if found else [],
        "asked": asked,
        "rewards": _rewards(found, asked, names) if found and asked.is_valid() else [],
        "targets": known,
        "warned": leaving.warned(known, now),
        "currency": currency,
        "fewest": FEWEST,
        "form": form if holds(request, Role.MANAGER) else None,
    }
    status = status if asked.is_valid() or not request.GET else 400
    return render(request, "feedback/leaving.html", context, status=status)


def _table(found: Found, kind: str, names: dict[str, str]) -> dict[str, Any]:
    parts = found.of(kind)[:SHOWN]
    rows = [_shown(one, names.get(one.key, one.key), parts) for one in parts]
    return {"kind": kind, "title": KINDS[kind], "rows": rows}


def _shown(part: Part, name: str, among: list[Part]) -> dict[str, Any]:
    most = max((one.rate or 0 for one in among), default=0)
    return {
        "part": part,
        "name": name,
        "width": round(100 * (part.rate or 0) / most, 1) if most else 0,
        **{
            f"{who}_url": people_pages.url(
                "leaving_people", kind=part.kind, key=part.key, group=part.group, who=who
            )
            for who in ("left", "all", "complained", "others", "others_left", "others_complained")
        },
    }


def part_words(part: Part, language: str) -> str:
    """What a part is called: a place, a product, or a group of buyers."""
    names = leaving.product_names(language) | leaving.location_names(language)
    return _label(part, names) if part.group else names.get(part.key, part.key)


def _label(part: Part, names: dict[str, str]) -> str:
    what = _("Delivery") if part.kind == PROMISE else names.get(part.key, part.key)
    return f"{what}: {GROUPS[part.group]}"


def _advice(row: dict[str, Any]) -> str:
    """What the hotel did that was made for long stays and lost one-night guests (S2-10)."""
    part: Part = row["part"]
    if part.kind == PROMISE:
        words = _("%(what)s leave or complain more: promise a later day, or keep the one that is promised.")
    elif part.group == "1":
        words = _(
            "%(what)s leave or complain more: a higher price for one and a lower one for many, or say before "
            "they buy whom it is made for."
        )
    else:
        words = _(
            "%(what)s leave or complain more: a lower price for one and a higher one for many, or say before "
            "they buy whom it is made for."
        )
    return words % {"what": row["name"]}


def _rewards(found: Found, asked: RewardForm, names: dict[str, str]) -> list[dict[str, Any]]:
    pool, tied = asked.cleaned_data["pool"], asked.cleaned_data["tied"]
    if pool is None or tied is None:
        return []
    currency, rows = shop.current().currency, []
    for part in found.of(LOCATION):
        one = reward(part, float(pool), tied)
        staying = None if one.from_staying is None else quantize(Decimal(one.from_staying), currency)
        fixed = quantize(Decimal(one.fixed), currency)
        rows.append({
            "name": names.get(part.key, part.key), "part": part, "fixed": fixed, "staying": staying,
            "all": None if staying is None else fixed + staying,
        })  # fmt: skip
    return rows


def lines(found: Found | None) -> Iterator[list[Any]]:
    yield list(COLUMNS)
    for one in found.parts if found else ():
        low, high = one.interval or (None, None)
        yield [
            one.kind, one.key, one.group, one.n, one.left, one.rate, low, high, one.others_n, one.others_rate,
            one.complained, int(one.leaves_more), int(one.complains_more),
        ]  # fmt: skip
