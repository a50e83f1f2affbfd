"""What every page shows around its content: the shop, the way to the other pages, what is waiting."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from feedback import shop
from feedback.middleware import allowed_roles
from feedback.models import Case, Policy
from feedback.prepared import PreparedCounts
from feedback.roles import NAMES, Role, roles_of
from reviews.models import Reply

PAGES = [
    ("today", _("Today")),
    ("replies", _("Replies")),
    ("cases", _("Cases")),
    ("surveys", _("Surveys")),
    ("reward_codes", _("Codes")),
    ("customers", _("Customers")),
    ("trends", _("Trends")),
    ("policies", _("Policy")),
]
WAITING: dict[str, Callable[[], QuerySet]] = {
    "replies": lambda: Reply.objects.waiting(),
    "cases": lambda: Case.objects.filter(state=Case.State.OPEN),
    "policies": lambda: Policy.objects.filter(state=Policy.State.PROPOSED),
}
MOST_COUNTED = 1000  # every page counts: what stands for more is "1000+"
# Pages that lie beneath one of these.
BENEATH = {
    "/day/": "/",
    "/week/": "/",
    "/board/": "/cases/",
    "/comments/": "/trends/",
    "/practice/": "/replies/",
    "/disputes/": "/cases/",
    "/promises/": "/cases/",
    "/defections/": "/customers/",
    "/orders/": "/customers/",
    "/cards/": "/customers/",
    "/reports/rewards": "/surveys/",
    "/reports/recovery": "/surveys/",
    "/reports/silence": "/customers/",
    "/reports/hidden": "/replies/",
    "/reports/voices": "/customers/",
    "/reports/tenure": "/customers/",
    "/reports/expected": "/customers/",
    "/reports/leaving": "/customers/",
    "/reports/fit": "/customers/",
    "/reports/investment": "/customers/",
    "/reports/": "/cases/",
}


def shop_and_navigation(request: HttpRequest) -> dict[str, Any]:
    """Lazy: a page that shows no navigation (customers' pages, errors) asks the database nothing."""
    return {
        "shop": SimpleLazyObject(shop.current),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "setup_url": SimpleLazyObject(lambda: reverse("setup") if _may_open(request, "setup") else ""),
        "role": SimpleLazyObject(lambda: _role_names(request)),
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    here = next((over for under, over in BENEATH.items() if request.path.startswith(under)), request.path)
    return [
        {
            "url": url,
            "label": label,
            "current": here == url if url == "/" else here.startswith(url),
            "count": min(n, MOST_COUNTED),
            "are_more": n > MOST_COUNTED,
        }
        for _name, label, url, n in _waiting([one for one in PAGES if _may_open(request, one[0])])
    ]


def _waiting(pages: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any, str, int]]:
    """With their addresses, and how much waits there: at most one more than are counted. One query."""
    counted = tuple(name for name, _label in pages if name in WAITING)
    found = dict(zip(counted, _counts(counted, MOST_COUNTED + 1)(), strict=True)) if counted else {}
    for name, label in pages:
        yield name, label, reverse(name), found.get(name, 0)


@cache
def _counts(names: tuple[str, ...], most: int) -> PreparedCounts:
    return PreparedCounts([lambda name=name: WAITING[name]().order_by()[:most] for name in names])


def address(request: HttpRequest, name: str) -> str:
    """Of a page without arguments, "" when this person may not open it."""
    return reverse(name) if _may_open(request, name) else ""


def _may_open(request: HttpRequest, name: str) -> bool:
    return not _roles(request).isdisjoint(_opens_to(name))


def _roles(request: HttpRequest) -> frozenset[Role]:
    user = getattr(request, "user", None)
    return roles_of(user) if user is not None else frozenset()


def _role_names(request: HttpRequest) -> str:
    return capfirst(", ".join(str(NAMES[role]) for role in Role if role in _roles(request)))


@cache
def _opens_to(name: str) -> frozenset:
    """The roles of the page of this name. Today is everybody's, though its address is public too."""
    roles = allowed_roles(resolve(reverse(name)).func) or frozenset()
    return frozenset(Role) if name == "today" else roles
