"""The filters of the desk's list as they stand in an address, here and on pages opened from it."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.http import urlencode

from reviews.forms import QueueFilter
from reviews.models import Reply

USUAL: Mapping[str, str] = dict.fromkeys(QueueFilter.field_order, "") | {"state": Reply.State.DRAFT.value}


def chosen(request: HttpRequest) -> Mapping[str, str]:
    """What the address asks for; the usual list where it cannot be used."""
    form = QueueFilter(request.GET)
    return form.cleaned_data if form.is_valid() else USUAL


def tail(chosen: Mapping[str, str], *without: str) -> str:
    """As the end of an address, without what is usual: "" or "?route=safety"."""
    kept = {
        name: value
        for name, value in chosen.items()
        if value and value != USUAL[name] and name not in without
    }
    return f"?{urlencode(kept)}" if kept else ""
