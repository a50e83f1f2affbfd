"""Words said in private that their author lets us show on our own review page; taken back as easily (L14).

Whoever shows them is told in the same transaction (`settings.PERMISSIONS_FOLLOWED_BY`): the apps never meet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from feedback import consents, journal
from feedback.models import Comment, Customer, PublishPermission
from feedback.models.words import PublishPermissionQuerySet


def allow(customer: Customer, words: Sequence[Comment], given: consents.Given, *, is_rewarded: bool) -> bool:
    """One consent for these words of theirs. False: all of them may be shown already, or they were erased.

    `is_rewarded`: a reward was promised or given for the survey (L5).
    """
    with journal.recording():
        # Two presses stand in line here; so does an erasure.
        held = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        shown = set(of(words).standing().values_list("comment", flat=True))
        fresh = [one for one in words if one.pk not in shown]
        if held.erased_at is not None or not fresh:
            return False
        consents.note(customer, given)
        consent = consents.standing(customer, given.purpose)
        assert consent is not None
        for one in fresh:
            PublishPermission.objects.update_or_create(
                comment=one, defaults={"consent": consent, "is_rewarded": is_rewarded}
            )
        _tell(of(fresh))
    return True


def take_back(customer: Customer, words: Sequence[Comment], *, now: datetime, via: str) -> bool:
    """Whatever stands on the consents under which these are shown. False: none of them is."""
    with journal.recording():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        agreed = {one.consent for one in of(words).standing().select_related("consent")}
        for consent in sorted(agreed, key=lambda one: one.pk):
            consents.take_back(consent, now=now, via=via)
        _tell(PublishPermission.objects.filter(consent__in=agreed))
    return bool(agreed)


def of(words: Sequence[Comment]) -> PublishPermissionQuerySet:
    return PublishPermission.objects.filter(comment__in=[one.pk for one in words])


def shown_of(customer: Customer) -> Sequence[Comment]:
    """All their words that they let us show."""
    theirs = Q(consent__customer=customer) | Q(consent__customer__merged_into=customer)
    standing = PublishPermission.objects.standing().filter(theirs)
    return [one.comment for one in standing.select_related("comment").order_by("pk")]


def _tell(changed: PublishPermissionQuerySet) -> None:
    rows = list(changed.select_related("consent", "comment").order_by("comment"))
    for follow in _followers():
        follow(rows)


@cache
def _followers() -> list[Callable[[Sequence[PublishPermission]], None]]:
    return [import_string(path) for path in settings.PERMISSIONS_FOLLOWED_BY]
