"""Where orders come from: web shops and payment services, and whether they still send any."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Count, Max, Min, Q
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import journal, leases, mail, shop, silence
from feedback.models import Order, OrderSource, User
from feedback.models.queue import LeasableQuerySet
from feedback.prepared import Prepared
from feedback.roles import Role
from feedback.web import Trouble

LOOK_EVERY = timedelta(minutes=15)
MOST_ORDERS = 200_000  # of eight weeks, when the longest break is looked for
MISSED = 3  # orders that only asking found: its webhook is off
OVERDUE = timedelta(hours=24)
WORDS: dict[Trouble, Promise | str] = {
    Trouble.NO_CREDENTIALS: _("Its key is not set in the environment."),
    Trouble.DENIED: _("It does not accept the key, or the key may not read orders."),
    Trouble.BUSY: _("It asked us to wait for a while."),
    Trouble.BROKEN: _("It answers with an error of its own."),
    Trouble.SILENT: _("It does not answer, or breaks off."),
    Trouble.NONSENSE: _("It answers, but not as such a shop does. Is the address right?"),
    Trouble.ELSEWHERE: _("It sends us on to another address. Set that one, if it is right."),
    Trouble.FORBIDDEN: _("This address is not one of the public internet with https."),
    Trouble.TOO_BIG: _("Its answer is too big."),
}


def to_look_at(now: datetime) -> LeasableQuerySet:
    looked = Q(looked_at=None) | Q(looked_at__lte=now - LOOK_EVERY)
    return OrderSource.objects.filter(looked, is_active=True).exclude(kind=OrderSource.Kind.STRIPE)


def look(sources: Sequence[OrderSource], now: datetime) -> None:
    """The job: raise an alarm when a store is quiet, once, and end it when orders come again."""
    for source in sources:
        found = judge(source.store, now)
        with journal.recording():
            row = OrderSource.objects.select_for_update(no_key=True).get(pk=source.pk)
            since = found.since if found and found.is_unusual else None
            if since and row.silent_since is None:
                journal.log("store went quiet", row)
                _tell_managers(row, found, now)
            elif row.silent_since and since is None:
                journal.log("store sends orders again", row)
            leases.finish([source], looked_at=now, silent_since=since, usual=found.usual if found else None)


LOOK = leases.Job(name="look for quiet stores", due=to_look_at, run=look, batch=1)


def judge(store: str, now: datetime) -> silence.Silence | None:
    """None: it has not sent any order yet. Two queries; a third when it seems quiet."""
    placed = Order.objects.filter(store=store, placed_at__lte=now)
    ends = placed.aggregate(first=Min("placed_at"), last=Max("placed_at"))
    if ends["last"] is None:
        return None
    counts = _counts(placed, silence.stretches(ends["last"], now, ends["first"]))
    found = silence.judge(ends["last"], now, counts)
    if found.is_unusual:
        return silence.judge(ends["last"], now, counts, _longest_break(placed, ends["last"]))
    return found


def alarms() -> list[OrderSource]:
    """Those that somebody should look at: quiet, not answering, or with a webhook that seems to be off."""
    return _ALARMS.all()


_WRONG = Q(silent_since__isnull=False) | Q(alarmed_at__isnull=False) | Q(missed__gte=MISSED)
_ALARMS = Prepared(lambda: OrderSource.objects.filter(_WRONG, is_active=True).order_by("name"))


def words_of(trouble: str) -> str | Promise:
    return WORDS[Trouble(trouble)]


def _counts(placed, stretches) -> list[int]:  # type: ignore[no-untyped-def]
    if not stretches:
        return []
    parts = {
        f"week{number}": Count("pk", filter=Q(placed_at__gt=begins, placed_at__lte=ends))
        for number, (begins, ends) in enumerate(stretches)
    }
    reach = placed.filter(placed_at__gt=stretches[-1][0])
    found = reach.aggregate(**parts)
    return [found[name] for name in parts]


def _longest_break(placed, last: datetime) -> timedelta:  # type: ignore[no-untyped-def]
    lately = placed.filter(placed_at__gte=last - silence.WEEK * silence.WEEKS).order_by("placed_at")
    times = list(lately.values_list("placed_at", flat=True)[:MOST_ORDERS])
    return max((two - one for one, two in pairwise(times)), default=timedelta(0))


def _tell_managers(source: OrderSource, found: silence.Silence | None, now: datetime) -> None:
    """By mail, whoever of them has an address; the page of today says it as well."""
    language = shop.current().language
    managers = User.objects.filter(is_active=True, groups__name=Role.MANAGER).exclude(email="").distinct()
    context = {
        "source": source,
        "since": found.since if found else now,
        "usual": found.usual if found else None,
    }
    with translation.override(language):
        for manager in managers.order_by("pk"):
            mail.write(
                to=manager.email.lower(), template="store_quiet", context=context, language=language,
                about=f"feedback.ordersource:{source.pk}",
            )  # fmt: skip
