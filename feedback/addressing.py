"""What we call a customer: as they asked us to, else by the title before their name, else as the shop calls
everybody (S1-9).

The words of our own and of the shop's questions follow; what somebody typed stays as they typed it.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

from feedback import shop
from feedback.models import Customer
from feedback.wording import titles
from feedback.wording.phrases import NEUTRAL, addressed

View = TypeVar("View", bound=Callable[..., Any])
_VIETNAMESE = b'<html lang="vi"'
# What is in a field, what may be chosen there, and what is marked as somebody's own words.
_KEPT = re.compile(
    r"<textarea\b.*?</textarea>|<option\b.*?</option>|\svalue=\"[^\"]*\""
    r"|<(?P<tag>\w+)\b[^>]*\bas-written\b[^>]*>.*?</(?P=tag)>",
    re.DOTALL,
)


def of(customer: Customer | None) -> str:
    """In Vietnamese; "" is anh/chị."""
    known = (customer.form_of_address or titles.split(customer.name).called) if customer else ""
    return known or shop.current().form_of_address


def page(response: HttpResponse, customer: Customer | None = None) -> HttpResponse:
    """A whole page to this customer, or to anybody. Other answers, and other languages, stay as they are."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return response
    address = of(customer)
    if address and _VIETNAMESE in response.content[:200]:
        response.content = in_html(response.content.decode(), address)
    return response


def in_html(text: str, address: str) -> str:
    if NEUTRAL not in text and NEUTRAL.capitalize() not in text:
        return text
    parts, done = [], 0
    for kept in _KEPT.finditer(text):
        parts += [addressed(text[done : kept.start()], address), kept.group()]
        done = kept.end()
    return "".join([*parts, addressed(text[done:], address)])


def as_the_shop_does(view: View) -> View:
    """Mark a page that speaks to whoever opens it."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return page(view(request, *args, **kwargs))

    return spoken  # type: ignore[return-value]
