"""How a stored value is said to the person whose it is, on their own page (L15)."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from feedback import consents, labels
from feedback.models import Case, Defection, Dispute, OutgoingMail
from feedback.models import Promise as Promised
from feedback.models.addressed import MoneyField
from feedback.money import format_money
from feedback.own_tables import Words

WithdrawnWhy = Promised.WithdrawnWhy
# The other words of a column are said to staff, of "the customer": here the customer reads them.
_TO_YOU: Mapping[str, Mapping[Any, Words]] = {
    "case.state": dict(Case.State.choices) | {Case.State.WAITING: gettext_lazy("waiting for you")},
    "defection.state": {
        Defection.State.OPEN: gettext_lazy("we have yet to ask you why"),
        Defection.State.CONTACTED: gettext_lazy("we have asked you why"),
        Defection.State.CAME_BACK: gettext_lazy("you came back"),
        Defection.State.WITHDRAWN: gettext_lazy("we do not count it as staying away any more"),
        Defection.State.CLOSED: pgettext_lazy("own data, a defection", "closed"),
    },
    "outgoingmail.state": dict(OutgoingMail.State.choices)
    | {OutgoingMail.State.SUPPRESSED: gettext_lazy("not sent: such mail does not go to your address")},
    "promise.withdrawn_why": {
        WithdrawnWhy.DECLINED: gettext_lazy("you do not want it any more"),
        WithdrawnWhy.REPLACED: gettext_lazy("we agreed on something else with you"),
        WithdrawnWhy.MISTAKE: gettext_lazy("we promised it by mistake, and have told you so"),
    },
}
# Stored words as people read them, by "column" or, where a name stands for several things, "model.column".
_NAMED: dict[str, Mapping[Any, Words]] = {
    "purpose": consents.PURPOSES,
    "sentiment": labels.POLARITIES,
    "problem": labels.PROBLEMS,
    "lang": labels.LANGUAGES,
    "wish": labels.WISHES,
    "withdrawn_via": labels.WAYS,
    "consent.channel": labels.WAYS,
    "notice.channel": labels.WAYS,
    "notice.kind": labels.NOTICES,
    "refund.reason": labels.REFUND_REASONS,
    "dispute.reason": labels.DISPUTE_REASONS,
    "dispute.outcome": dict(Dispute.Outcome.choices),
    "contact.reason": labels.PROBLEMS,
    "factcorrection.name": labels.FACTS,
    **_TO_YOU,
}
CURRENCY_OF = {"feedback.OrderLine": "order"}  # whose currency amounts are in that have none beside them
_VERSIONS = {"wording", "asked_again_wording"}
_READ_BETTER_AS = {"answer.value": "value_words"}  # shown where there are any; the file has both


def said(row: models.Model, column: str) -> str:
    """Empty where nothing stands there, or the same stands better beside it."""
    value, name = getattr(row, column), f"{row._meta.model_name}.{column}"
    better = _READ_BETTER_AS.get(name)
    if value in (None, "", [], {}) or (better and getattr(row, better)):
        return ""
    if words := _NAMED.get(name) or _NAMED.get(column):
        return str(words.get(value, value))
    field = row._meta.get_field(column)
    if isinstance(field, MoneyField):
        return format_money(value, _currency_of(row), (get_language() or "vi")[:2])
    if field.choices:  # type: ignore[union-attr]
        return str(getattr(row, f"get_{column}_display")())
    if column in _VERSIONS:
        return _("version %(name)s") % {"name": value}
    return _by_type(value)


def _currency_of(row: Any) -> str:
    of = CURRENCY_OF.get(row._meta.label)
    return str((getattr(row, of) if of else row).currency)


def _by_type(value: Any) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case Decimal():
            return number_format(f"{value.normalize():f}")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
