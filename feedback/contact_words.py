"""Words for contacts: what a column is called, what can be wrong with a row, weekdays, steps of waiting."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback import table_words
from feedback.contacting import waits

LABELS = {
    "at": _("When they got in touch"),
    "channel": _("Channel"),
    "reason": pgettext_lazy("of a contact", "Reason"),
    "waited": _("How long they waited"),
    "satisfied": _("Whether they were satisfied"),
    "direction": _("Whether we called them"),
    "external_id": _("Id of the contact there"),
    "order_number": _("Order number"),
    "email": _("E-mail of the customer"),
    "location": _("Branch"),
    "agent": _("Who answered"),
}
HOUR_LABELS = {
    "at": _("Hour"),
    "people": _("How many people answered"),
    "location": _("Branch"),
}
FAULTS = table_words.FAULTS | {
    "not_a_moment": _("is no date and time such as 2026-03-31 14:05 or 31/03/2026 14:05"),
    "too_long_ago": _("lies before 1990: often an empty date of another program"),
    "unknown_channel": _("is no channel that we know, such as phone, e-mail or chat"),
    "not_a_wait": _("is no time such as 45, 2:05 or 2 min"),
    "too_long_a_wait": _("is longer than a day: a call-back, or a slip"),
    "not_yes_or_no": _("is neither yes nor no"),
    "not_a_score": _("is no score of this scale"),
    "not_a_number": _("is no number of people"),
}
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
WAITS = dict(
    zip(
        waits.NAMES,
        (
            _("under half a minute"),
            _("under 2 minutes"),
            _("under 5 minutes"),
            _("under 10 minutes"),
            _("10 minutes and more"),
        ),
        strict=True,
    )
)
