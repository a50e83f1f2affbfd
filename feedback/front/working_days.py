"""The shop's working days: its week, its country's holidays, and the days it sets itself."""

from datetime import date, timedelta
from typing import Any

from babel.core import Locale
from babel.dates import get_day_names
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from feedback import journal, shop
from feedback.calendar import countries, public_holidays
from feedback.models import OwnDay, Shop
from feedback.roles import Role, allow

AHEAD = timedelta(days=400)
FARTHEST = timedelta(days=3 * 366)
NEAR = ("VN", "US", "GB", "DE", "FR", "AU", "SG")


class Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class WeekForm(forms.Form):
    country = forms.ChoiceField(label=gettext_lazy("Country whose public holidays you keep"))
    open_weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days of the week on which you work"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one day: otherwise nothing would ever be due.")
        },
    )

    opens_at = forms.TimeField(label=gettext_lazy("You answer from"), widget=Clock)
    closes_at = forms.TimeField(label=gettext_lazy("until"), widget=Clock)

    def __init__(self, *args: Any, kept: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = _language()
        names = get_day_names(locale=language)
        self.fields["open_weekdays"].choices = [(str(n + 1), names[n].capitalize()) for n in range(7)]
        codes = dict.fromkeys([kept, *NEAR, *countries()])
        territories = Locale.parse(language).territories
        self.fields["country"].choices = [(code, territories.get(code, code)) for code in codes]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("This must be later than the hour at which you begin."))
        return cleaned


class OwnDayForm(forms.ModelForm):
    is_open = forms.TypedChoiceField(
        label=gettext_lazy("Which is it?"),
        choices=[("False", gettext_lazy("we are closed")), ("True", gettext_lazy("we work"))],
        coerce=lambda word: word == "True",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = OwnDay
        fields = ("day", "is_open", "name")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {"day": {"unique": gettext_lazy("This day stands in the list already.")}}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        today = shop.day(timezone.now())
        if not today - FARTHEST < day < today + FARTHEST:
            raise forms.ValidationError(_("Choose a day within three years from today."))
        return day


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def working_days(request: HttpRequest) -> HttpResponse:
    """The week and the country by POST; the own days have addresses of their own."""
    known = shop.current()
    form = WeekForm(
        request.POST if request.method == "POST" else None, initial=_kept_now(), kept=known.country
    )
    if request.method != "POST" or not form.is_valid():
        return _show(request, week=form)
    chosen = form.cleaned_data
    with journal.recording():
        Shop.objects.filter(pk=1).update(
            country=chosen["country"],
            open_weekdays="".join(sorted(chosen["open_weekdays"])),
            opens_at=chosen["opens_at"],
            closes_at=chosen["closes_at"],
        )
        journal.log("shop set up", "feedback.shop:1", by=request.user, fields=form.changed_data)
    return _kept(request)


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_POST
def add_own_day(request: HttpRequest) -> HttpResponse:
    form = OwnDayForm(request.POST)
    if not form.is_valid():
        return _show(request, own_day=form)
    with journal.recording():
        made = form.save()
        journal.log("own day set", made, by=request.user, day=f"{made.day}", is_open=made.is_open)
    return _kept(request)


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_POST
def remove_own_day(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(OwnDay, pk=pk)
    with journal.recording():
        journal.log("own day removed", made, by=request.user, day=f"{made.day}")
        made.delete()
    return _kept(request)


def _show(
    request: HttpRequest, *, week: WeekForm | None = None, own_day: OwnDayForm | None = None
) -> HttpResponse:
    known = shop.current()
    today = shop.day(timezone.now())
    context = {
        "week": week or WeekForm(initial=_kept_now(), kept=known.country),
        "own_day": own_day or OwnDayForm(initial={"is_open": "False"}),
        "own_days": OwnDay.objects.filter(day__gte=today - timedelta(days=31)),
        "holidays": _coming(today),
        "next_working": shop.working_days_later(today, 1),
    }
    refused = (week is not None and week.errors) or (own_day is not None and own_day.errors)
    return render(request, "feedback/working_days.html", context, status=400 if refused else 200)


def _kept_now() -> dict[str, Any]:
    known = shop.current()
    return {
        "country": known.country,
        "open_weekdays": list(known.open_weekdays),
        "opens_at": known.opens_at,
        "closes_at": known.closes_at,
    }


def _coming(today: date) -> list[dict[str, Any]]:
    """The public holidays of the next thirteen months, and whether the shop works on them all the same."""
    country, calendar = shop.current().country, shop.calendar()
    years = range(today.year, (today + AHEAD).year + 1)
    found = {day: name for year in years for day, name in public_holidays(country, year, _language()).items()}
    return [
        {"day": day, "name": name, "is_open": calendar.is_working(day)}
        for day, name in found.items()
        if today <= day <= today + AHEAD
    ]


def _kept(request: HttpRequest) -> HttpResponse:
    shop.forget()
    messages.success(request, _("Saved."))
    return redirect("working_days")


def _language() -> str:
    return (get_language() or "en")[:2]
