"""The address of a web shop as people copy it out of their browser: what is kept, and what is refused."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback import web

# What browsers show behind the place when somebody is logged in there.
_BEHIND = ("/wp-json", "/wp-admin", "/admin")


class WebshopAddressField(forms.URLField):
    """Without query and without what leads into the shop's own administration; https, unless it is local."""

    def __init__(self, **more: Any) -> None:
        usual: dict[str, Any] = {
            "label": _("Address of the shop"),
            "help_text": _("Its first page, such as https://shop.example."),
            "max_length": 300,
            "assume_scheme": "https",
        }
        super().__init__(**(usual | more))

    def clean(self, value: Any) -> str:
        given = str(super().clean(value)).strip()
        try:
            place = urlsplit(given)
            host, _port = place.hostname or "", place.port
        except ValueError:
            raise forms.ValidationError(_("This is not the address of a shop.")) from None
        if place.username or place.password:
            raise forms.ValidationError(_("Leave name and password out of the address."))
        if place.scheme != "https" and not web.is_local(given):
            raise forms.ValidationError(_("The address must begin with https://."))
        path = place.path
        for mark in _BEHIND:
            path = path.partition(mark)[0]
        return f"{place.scheme}://{place.netloc or host}{path.rstrip('/')}"
