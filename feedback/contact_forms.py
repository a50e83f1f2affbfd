"""Forms for contacts: noting one, a file of them, which hours were staffed, and the filters of the report."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from feedback import contact_imports, contacts, shop
from feedback.contact_words import HOUR_LABELS, LABELS, WEEKDAYS
from feedback.contacting import tables
from feedback.contacts import Told
from feedback.forms import Choice, Day, ReportFilter
from feedback.models import ContactImport, ContactReason, Location, Order
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel
from feedback.order_forms import DAYS
from feedback.table_forms import ColumnChoices

WAYS = (Channel.PHONE, Channel.IN_PERSON, Channel.SMS, Channel.EMAIL)
# Seconds that stand for what somebody remembers of a wait, and when it was.
WAITED = {
    "0": gettext_lazy("not at all"),
    "60": gettext_lazy("a minute"),
    "180": gettext_lazy("3 minutes"),
    "420": gettext_lazy("7 minutes"),
    "900": gettext_lazy("15 minutes or more"),
}
AGO = {
    "0": gettext_lazy("just now"),
    "30": gettext_lazy("half an hour ago"),
    "120": gettext_lazy("two hours ago"),
    "240": gettext_lazy("four hours ago"),
}
_UNKNOWN = ("", gettext_lazy("not known"))
MOST_DAYS = 366  # of one plan of staffed hours


class ContactForm(forms.Form):
    """A contact that was no complaint, or no more than one: a tap for each thing that is known."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What was it about?"), widget=forms.RadioSelect, error_messages={
            "required": gettext_lazy("Choose what it was about, please.")
        },
    )  # fmt: skip
    satisfied = Choice(
        label=gettext_lazy("Were they satisfied?"),
        choices=[
            ("yes", pgettext_lazy("satisfied", "yes")),
            ("no", pgettext_lazy("satisfied", "no")),
            _UNKNOWN,
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    waited = Choice(
        label=gettext_lazy("How long did they wait?"), choices=[*WAITED.items(), _UNKNOWN], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    ago = Choice(
        label=gettext_lazy("When was it?"),
        choices=list(AGO.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    order = forms.CharField(label=gettext_lazy("Order number"), max_length=64, required=False)
    location = forms.ModelChoiceField(
        Location.objects.all(), to_field_name="code", label=gettext_lazy("Branch"), required=False,
        empty_label=gettext_lazy("no one branch"),
    )  # fmt: skip

    def __init__(self, *args: Any, channel: str, is_outgoing: bool = False, **kwargs: Any):
        super().__init__(*args, auto_id="id_contact_%s", **kwargs)
        self.channel, self.is_outgoing = channel, is_outgoing
        language = (get_language() or "")[:2]
        reasons = ContactReason.objects.filter(is_active=True)
        self.fields["reason"].choices = [(one.slug, one.name(language)) for one in reasons]
        self.fields["ago"].initial = "0"
        self.fields["satisfied"].initial = self.fields["waited"].initial = ""
        if is_outgoing:
            del self.fields["waited"]
        if not Location.objects.exists():
            del self.fields["location"]

    def clean_order(self) -> Order | None:
        number = self.cleaned_data["order"].strip()
        if not number:
            return None
        known = list(Order.objects.filter(number__iexact=number)[:2])
        if len(known) != 1:
            raise forms.ValidationError(
                _("There is no order %(number)s, or several. Leave this empty if you are not sure.")
                % {"number": number}
            )
        return known[0]

    def told(self, now: datetime) -> Told:
        given = self.cleaned_data
        order, place = given["order"], given.get("location")
        return Told(
            at=now - timedelta(minutes=int(given["ago"] or 0)),
            channel=self.channel,
            reason=given["reason"],
            waited_seconds=int(given["waited"]) if given.get("waited") else None,
            satisfied={"yes": True, "no": False}.get(given["satisfied"]),
            is_outgoing=self.is_outgoing,
            order_id=order.pk if order else None,
            customer_id=order.customer_id if order else None,
            location_id=place.pk if place else None,
        )


class ContactsForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX file"),
        help_text=gettext_lazy(
            "As your telephone system or help desk exports it: one row a call, message or visit. Or one row "
            "for each hour, with how many people answered."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > contact_imports.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Send it in parts."))
        return file


class ContactColumnsForm(ColumnChoices):
    labels, needed = LABELS, tables.NEEDED["contacts"]
    dates = forms.ChoiceField(label=gettext_lazy("How days are written"), choices=DAYS)
    scale = forms.ChoiceField(
        label=gettext_lazy("How it is written that somebody was satisfied"), choices=ContactImport.Scale
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel of rows that name none"),
        choices=[(way.value, way.label) for way in Channel if way not in (Channel.SURVEY, Channel.REVIEW)],
    )


class HourColumnsForm(ColumnChoices):
    labels, needed = HOUR_LABELS, tables.NEEDED["hours"]
    dates = forms.ChoiceField(label=gettext_lazy("How days are written"), choices=DAYS)


def columns_form_of(
    one: ContactImport, data: Mapping[str, Any] | None, *, header: Sequence[str]
) -> ContactColumnsForm | HourColumnsForm:
    initial = {"dates": "day" if one.day_first else "month", "scale": one.scale, "channel": one.channel}
    kind = HourColumnsForm if one.kind == ContactImport.Kind.HOURS else ContactColumnsForm
    return kind(data, header=header, columns=one.columns, initial=initial)


class StaffedForm(forms.Form):
    """How many people answer, on which weekdays from when to when: an hour each in these days."""

    start = forms.DateField(label=gettext_lazy("From"), widget=Day)
    end = forms.DateField(label=gettext_lazy("To"), widget=Day)
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On"),
        choices=[(str(place), name) for place, name in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.IntegerField(label=gettext_lazy("From hour"), min_value=0, max_value=23)
    closes = forms.IntegerField(label=gettext_lazy("To hour"), min_value=1, max_value=24)
    people = forms.DecimalField(
        label=gettext_lazy("People who answer"), min_value=0, max_value=999, max_digits=5, decimal_places=2
    )
    location = forms.ModelChoiceField(
        Location.objects.all(), to_field_name="code", label=gettext_lazy("Branch"), required=False,
        empty_label=gettext_lazy("no one branch"),
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None):
        here = shop.current()
        super().__init__(data, auto_id="id_staffed_%s")
        if not Location.objects.exists():
            del self.fields["location"]
        today = shop.day(timezone.now())
        monday = today - timedelta(days=today.weekday())
        self.initial = {
            "start": monday,
            "end": monday + timedelta(days=6),
            "weekdays": [str(int(day) - 1) for day in here.open_weekdays],
            "opens": here.opens_at.hour,
            "closes": here.closes_at.hour or 24,
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and not 0 <= (end - start).days < MOST_DAYS:
            self.add_error("end", _("Choose a day after the first one, within a year."))
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("This is before it begins."))
        return cleaned

    def hours(self) -> dict[tuple[datetime, int | None], Decimal]:
        given = self.cleaned_data
        branch = given.get("location")
        place = branch.pk if branch else None
        wanted = {int(day) for day in given["weekdays"]}
        days = [given["start"] + timedelta(days=n) for n in range((given["end"] - given["start"]).days + 1)]
        return {
            (datetime.combine(day, time(hour), tzinfo=shop.zone()), place): given["people"]
            for day in days
            if day.weekday() in wanted
            for hour in range(given["opens"], given["closes"])
        }


class HoursFilter(ReportFilter):
    """The days, and which contacts: of one channel or one branch, about one reason."""

    SHOWS = {
        "share": gettext_lazy("satisfied"),
        "n": gettext_lazy("how many"),
        "wait": gettext_lazy("waiting time"),
        "per_person": gettext_lazy("contacts for one person"),
    }
    reason = Choice(label=pgettext_lazy("of a contact", "Reason"), required=False)
    channel = Choice(
        label=gettext_lazy("Channel"), required=False,
        choices=[("", gettext_lazy("every channel")), *((way.value, way.label) for way in Channel)],
    )  # fmt: skip
    location = Choice(label=gettext_lazy("Branch"), required=False)
    show = Choice(label=gettext_lazy("Show"), required=False, choices=[("", ""), *SHOWS.items()],
                  widget=forms.HiddenInput)  # fmt: skip
    usual_days = 364

    def __init__(self, data: Mapping[str, Any], *, today: Any):
        super().__init__(data, today=today)
        names = contacts.reason_names((get_language() or "")[:2])
        self.fields["reason"].choices = [("", _("every reason")), *names.items()]
        places = Location.objects.order_by("name_en").values_list("code", "name_en", "name_vi")
        is_vi = (get_language() or "").startswith("vi")
        self.fields["location"].choices = [
            ("", _("every branch")), *((code, vi if is_vi else en) for code, en, vi in places)
        ]  # fmt: skip
        if not places:
            del self.fields["location"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("channel") and cleaned.get("location"):
            self.add_error("location", _("Choose a channel or a branch, not both."))
        return cleaned

    @property
    def dimension(self) -> tuple[str, str]:
        given = self.cleaned_data
        if given["channel"]:
            return Dimension.CHANNEL.value, given["channel"]
        if given.get("location"):
            place = Location.objects.get(code=given["location"])
            return Dimension.LOCATION.value, str(place.pk)
        return ALL, ALL

    def as_shown(self) -> dict[str, Any]:
        given = self.cleaned_data
        chosen = {name: given[name] for name in ("reason", "channel", "location", "show") if given.get(name)}
        return super().as_shown() | chosen
