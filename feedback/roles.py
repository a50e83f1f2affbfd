"""Who may open what. Every view names its roles; a view that names none is refused (feedback.middleware)."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from feedback.prepared import PreparedFigures

View = TypeVar("View", bound=Callable)


class Role(StrEnum):
    """Django groups of these names, made by the first migration."""

    FRONT_LINE = "front_line"
    STAFF = "staff"
    APPROVER = "approver"
    MANAGER = "manager"
    ADVOCATE = "advocate"
    ADMINISTRATOR = "administrator"


NAMES = {
    Role.FRONT_LINE: _("front line"),
    Role.STAFF: _("staff"),
    Role.APPROVER: _("approver"),
    Role.MANAGER: _("manager"),
    Role.ADVOCATE: _("customer advocate"),
    Role.ADMINISTRATOR: _("administrator"),
}
EVERYONE = frozenset(Role)
DESK = frozenset({Role.STAFF, Role.APPROVER, Role.MANAGER, Role.ADVOCATE, Role.ADMINISTRATOR})
REPORTS = frozenset({Role.MANAGER, Role.ADVOCATE, Role.ADMINISTRATOR})  # what the work cost, and who did it
WORK = frozenset({Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER})  # on cases: owners, promises
PLAN = frozenset({Role.STAFF, Role.APPROVER, Role.MANAGER, Role.ADVOCATE})  # the work plan's lines
PUBLIC = frozenset({"public"})


def allow(*roles: Role | frozenset) -> Callable[[View], View]:
    """Mark a view with the roles that may open it: `@allow(Role.STAFF, DESK)` or `@allow(EVERYONE)`."""
    allowed: frozenset = frozenset().union(*(r if isinstance(r, frozenset) else {r} for r in roles))

    def mark(view: View) -> View:
        view.allowed_roles = allowed  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that customers and the anonymous may open; it guards its own objects (a secret link)."""
    view.allowed_roles = PUBLIC  # type: ignore[attr-defined]
    return view


_groups = PreparedFigures(lambda key: Group.objects.filter(user=key).order_by().values_list("name"), int)


def roles_of(user: Any) -> frozenset[Role]:
    """One query per user object. A superuser is an administrator."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, "_roles"):
        names = {role.value for role in Role}
        held = {Role(name) for (name,) in _groups.all(user.pk) if name in names}
        if user.is_superuser:
            held.add(Role.ADMINISTRATOR)
        user._roles = frozenset(held)
    return user._roles


def holds(request: HttpRequest, *roles: Role) -> bool:
    return not roles_of(request.user).isdisjoint(roles)


def may_work_on_cases() -> QuerySet:
    """The keys of those who may: an advocate reads, and an administrator sets up."""
    return _who_hold(WORK)


def may_own_improvements() -> QuerySet:
    """The keys of those who may say that a line of the work plan is done: nobody else can be given one."""
    return _who_hold(PLAN)


def _who_hold(roles: frozenset[Role]) -> QuerySet:
    return Group.user_set.through.objects.filter(group__name__in=roles).values("user")
