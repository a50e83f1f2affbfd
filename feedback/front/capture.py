"""Note what a customer tells us in the shop, on the phone, by text message or by letter – in a few taps."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedback import acknowledgement, duplicates, labels, pictures, shop
from feedback.forms import AddressField, Choice, Day, EmailField, PhoneField
from feedback.front import capturing
from feedback.models import Case, Order, Touchpoint
from feedback.models.words import Channel
from feedback.orthography import can_be_seen
from feedback.roles import Role, allow, holds
from feedback.views.case_page import ACT, found

CALL = (Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER)
LONGEST = 10_000
WAYS = (Channel.IN_PERSON, Channel.PHONE, Channel.SMS, Channel.LETTER)
# What is heard most; the machine reads the rest out of the words.
REASONS = (
    "late not_received damaged defective wrong_item missing_item not_as_described overcharged "
    "staff_conduct waiting safety other"
).split()
LAST_WEEKS = 90  # days back that a letter may be dated, or may have been received


class Files(forms.FileInput):
    allow_multiple_selected = True


class Pictures(forms.FileField):
    """Any number of them; drawn anew. The first one that cannot be used is named."""

    widget = Files

    def clean(self, data, initial=None):
        given = [one for one in data or () if one]
        if len(given) > pictures.MOST:
            raise forms.ValidationError(_("At most %(most)s pictures.") % {"most": pictures.MOST})
        drawn = []
        for one in given:
            try:
                drawn.append(pictures.redraw(one.read(pictures.LARGEST + 1)))
            except pictures.BadPicture as error:
                raise forms.ValidationError(f"{one.name}: {error.message}") from None
        return drawn


class Hour(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class CaptureForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What do they say?"),
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        required=False,  # a scanned letter may say it all
        validators=[MaxLengthValidator(LONGEST)],
    )
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.filter(is_active=True),
        to_field_name="slug",
        label=gettext_lazy("Where did it happen?"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = Choice(
        label=gettext_lazy("What went wrong?"),
        choices=[(word, labels.PROBLEMS[word]) for word in REASONS]
        + [(capturing.PRAISE, pgettext_lazy("reason", "nothing: praise, or an idea"))],
        required=False,
        widget=forms.RadioSelect,
    )
    scans = Pictures(
        label=gettext_lazy("Scanned pages or photographs"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP, at most ten."),
    )
    written_on = forms.DateField(label=gettext_lazy("Date of the letter"), required=False, widget=Day)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        required=False,
        widget=Day,
        help_text=gettext_lazy(
            "When it reached the shop: from then on the days count within which it is answered. "
            "Empty: just now."
        ),
    )
    received_time = forms.TimeField(
        label=gettext_lazy("At what time?"),
        required=False,
        widget=Hour,
        help_text=gettext_lazy("Empty: it counts from that morning."),
        error_messages={"invalid": gettext_lazy("This is no time of day. One looks like 14:30.")},
    )
    order = forms.CharField(label=gettext_lazy("Order number"), max_length=64, required=False)
    name = forms.CharField(label=gettext_lazy("Their name"), max_length=200, required=False)
    phone = PhoneField(label=gettext_lazy("Their phone"))
    email = EmailField(label=gettext_lazy("Their e-mail"), max_length=254, required=False)
    address = AddressField(label=gettext_lazy("Their postal address"))
    is_checked = forms.BooleanField(
        label=gettext_lazy("I have checked that it is this customer"), required=False
    )
    wish = forms.CharField(
        label=gettext_lazy("What would put it right for them, in their words?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[MaxLengthValidator(LONGEST)],
        required=False,
    )
    severity = Choice(
        label=gettext_lazy("How serious is it?"),
        choices=[("", gettext_lazy("as usual for this way")), *Case.Severity.choices],
        required=False,
    )

    def __init__(self, *args, channel: str, **kwargs):
        super().__init__(*args, auto_id="id_told_%s", **kwargs)
        self.channel = channel
        language = (get_language() or "")[:2]
        self.fields["touchpoint"].label_from_instance = lambda touchpoint: touchpoint.name(language)
        if channel != Channel.LETTER:
            del self.fields["written_on"], self.fields["address"]
        if channel == Channel.IN_PERSON:  # they stand before us
            del self.fields["received_on"], self.fields["received_time"]

    def clean_order(self) -> Order | None:
        number = self.cleaned_data["order"]
        if not number:
            return None
        known = list(Order.objects.filter(number__iexact=number).select_related("customer", "location")[:2])
        if not known:
            raise forms.ValidationError(
                _("There is no order %(number)s. Leave this empty if you are not sure.") % {"number": number}
            )
        if len(known) > 1:
            raise forms.ValidationError(_("Several orders have this number. Leave this empty and say whose."))
        return known[0]

    def clean_written_on(self):
        day, today = self.cleaned_data["written_on"], shop.day(timezone.now())
        if day and not 0 <= (today - day).days <= LAST_WEEKS:
            raise forms.ValidationError(_("Choose a day within the last three months."))
        return day

    def clean_received_on(self):
        day, today = self.cleaned_data["received_on"], shop.day(timezone.now())
        if day and day > today:
            raise forms.ValidationError(_("This day is still to come. Choose today or an earlier day."))
        if day and (today - day).days > LAST_WEEKS:
            raise forms.ValidationError(_("Choose a day within the last three months."))
        return day

    def _check_received(self, cleaned: dict[str, Any]) -> None:
        """`received_at` of it: a moment that is over, and not before the letter was written."""
        day, hour = cleaned.get("received_on"), cleaned.get("received_time")
        if {"received_on", "received_time"} & self.errors.keys():
            return
        now = timezone.now()
        cleaned["received_at"] = _moment(day, hour, now)
        if hour and cleaned["received_at"] > now:
            self.add_error("received_time", _("This time is still to come. Leave it empty for just now."))
        written_on = cleaned.get("written_on")
        if written_on and day and day < written_on:
            self.add_error("received_on", _("This is before the date of the letter."))

    def clean(self):
        cleaned = super().clean()
        self._check_received(cleaned)
        has_words = any(map(can_be_seen, cleaned.get("text") or ""))
        if not has_words and not cleaned.get("scans") and not {"text", "scans"} & self.errors.keys():
            self.add_error("text", _("A word or two, please: what happened?"))
        return cleaned

    def told(self) -> capturing.Told:
        given = self.cleaned_data
        written_on = given.get("written_on")
        return capturing.Told(
            channel=self.channel,
            text=given["text"],
            touchpoint=given["touchpoint"],
            reason=given["reason"],
            severity=given["severity"],
            order=given["order"],
            name=given["name"],
            email=given["email"],
            phone=given["phone"],
            postal_address=given.get("address", ""),
            wish=given["wish"],
            is_checked=given["is_checked"],
            pictures=given["scans"],
            said_at=shop.start_of(written_on) if written_on else None,
            received_at=given.get("received_at"),
        )


def _moment(day: date | None, hour: time | None, now: datetime) -> datetime | None:
    """None: just now. An hour alone is of today; a day alone begins at midnight, and the clocks with its
    opening."""
    if day is None and hour is None:
        return None
    return datetime.combine(day or shop.day(now), hour or time(), tzinfo=shop.zone())


@allow(*CALL)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    channel = request.GET.get("channel", Channel.IN_PERSON)
    if channel not in WAYS:
        channel = Channel.IN_PERSON
    if request.method != "POST":
        return _show(request, CaptureForm(channel=channel))
    form = CaptureForm(request.POST, request.FILES, channel=channel)
    if not form.is_valid():
        return _show(request, form, status=400)
    comment, case = capturing.note(form.told(), by=request.user, now=timezone.now())
    if case is None:
        return render(request, "feedback/case_noted.html", {"comment": comment})
    return redirect("case_noted", case.public_id)


@allow(*CALL)
@require_safe
def noted(request: HttpRequest, public_id: str) -> HttpResponse:
    """What to say to the customer now, and what may be the same matter."""
    case, now = found(public_id), timezone.now()
    context: dict[str, Any] = {
        "case": case,
        "due_on": acknowledgement.still_to_come(case, now),
        "is_late": bool(case.answer_by and case.answer_by <= now and case.answered_at is None),
        "comment": case.comment,
        "alike": duplicates.of(case),
        "may_join": holds(request, *ACT),
        "is_letter": case.comment.channel == Channel.LETTER,
        "is_here": case.comment.channel == Channel.IN_PERSON,
    }
    return render(request, "feedback/case_noted.html", context)


def _show(request: HttpRequest, form: CaptureForm, *, status: int = 200) -> HttpResponse:
    ways = [{"value": way.value, "label": way.label, "current": way.value == form.channel} for way in WAYS]
    context = {"form": form, "ways": ways, "channel": form.channel}
    return render(request, "feedback/case_new.html", context, status=status)
