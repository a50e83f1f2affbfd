"""The shop's themes: what they are called, which words show them, which are one and the same."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from feedback import shop, themes
from feedback.buckets import Grain
from feedback.forms import MergeForm, NewThemeForm, ThemeForm
from feedback.models import Theme, ThemeTotal
from feedback.models.totals import ALL
from feedback.roles import Role, allow

LATELY = timedelta(days=30)
_TAKEN = gettext_lazy("There is a theme of this name already.")
SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)


@allow(*SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def theme_list(request: HttpRequest) -> HttpResponse:
    form = NewThemeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = themes.add(**form.cleaned_data, by=request.user)
            messages.success(request, _("The theme is there. The next comment is read with it."))
            return redirect("theme", made.slug)
        except themes.Taken:
            form.add_error(None, _TAKEN)
    today = shop.day(timezone.now())
    since = today - LATELY + timedelta(days=1)
    rows = _counted(since, today)
    _say(rows, request.LANGUAGE_CODE)
    context = {"form": form, "themes": rows, "since": since, "today": today}
    return render(request, "feedback/themes.html", context, status=400 if form.errors else 200)


@allow(*SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def theme_page(request: HttpRequest, slug: str) -> HttpResponse:
    theme = _theme(slug)
    if request.method != "POST":
        return _show(request, theme, ThemeForm(instance=theme))
    form = ThemeForm(request.POST, instance=_theme(slug))
    if not form.is_valid():
        return _show(request, theme, form)
    try:
        themes.change(theme, by=request.user, **form.cleaned_data)
    except themes.Taken:
        form.add_error(None, _TAKEN)
        return _show(request, theme, form)
    messages.success(request, _("Saved. Comments are read with it from now on."))
    return redirect("themes")


@allow(*SET_UP)
@require_POST
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    theme = _theme(slug)
    form = MergeForm(request.POST, theme=theme, language=request.LANGUAGE_CODE)
    if not form.is_valid():
        return _show(request, theme, ThemeForm(instance=theme), merging=form)
    try:
        themes.merge(theme, form.cleaned_data["into"], by=request.user)
        messages.success(request, _("Merged. The figures count both as one, in the past as well."))
    except themes.Stale:
        messages.warning(
            request, _("Somebody else was faster. This is how it stands now; please look again.")
        )
    return redirect("theme", slug)


@allow(*SET_UP)
@require_POST
def part(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        themes.part(_theme(slug), by=request.user)
        messages.success(request, _("Parted. Both count for themselves again."))
    except themes.Stale:
        messages.warning(
            request, _("Somebody else was faster. This is how it stands now; please look again.")
        )
    return redirect("theme", slug)


def _show(
    request: HttpRequest, theme: Theme, form: ThemeForm, *, merging: MergeForm | None = None
) -> HttpResponse:
    _say([theme], request.LANGUAGE_CODE)
    is_wrong = bool(form.errors or (merging and merging.errors))
    context: dict[str, Any] = {"theme": theme, "form": form}
    if theme.merged_into is None:
        context["merging"] = merging or MergeForm(theme=theme, language=request.LANGUAGE_CODE)
        context["members"] = [one.name(request.LANGUAGE_CODE) for one in theme.merged.all()]
    return render(request, "feedback/theme.html", context, status=400 if is_wrong else 200)


def _counted(since: date, today: date) -> list[Theme]:
    """The themes with how often each came up, the most frequent first; those that count elsewhere last."""
    totals = ThemeTotal.objects.filter(
        dimension=ALL, value=ALL, grain=Grain.DAY, day__gte=since, day__lte=today
    )
    all_sides = F("negative") + F("neutral") + F("positive") + F("unknown")
    counts = dict(totals.values_list("theme").annotate(n=Sum(all_sides)).order_by())
    rows = list(Theme.objects.select_related("merged_into"))
    for row in rows:
        row.lately = counts.get(row.slug, 0)
    return sorted(rows, key=lambda row: (row.merged_into_id is not None, -row.lately))


def _theme(slug: str) -> Theme:
    return get_object_or_404(Theme.objects.select_related("merged_into"), slug=slug)


def _say(rows: list[Theme], language: str) -> None:
    for row in rows:
        row.said = row.name(language)
        row.into = row.merged_into.name(language) if row.merged_into else ""
