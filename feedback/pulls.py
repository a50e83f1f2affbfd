"""Ask web shops for orders that changed: what their webhooks lost, and all that was before them.

Page by page, each page committed with the place of the next one; the same page again does no harm. A shop
that does not answer is asked ever later, and one alarm is raised (X10, X13, X14).
"""

import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.db.models import Q

from feedback import credentials, deliveries, journal, leases, orders, purchases, web
from feedback.models import Order, OrderSource
from feedback.models.queue import LeasableQuerySet
from feedback.purchases import Outcome, Taken
from feedback.refunds import ABOVE_TOTAL, AboveTotal
from feedback.told import shopify, woocommerce
from feedback.told.facts import Ignored, Unusable
from feedback.web import Away, Trouble

PER_PAGE = 50
SHOPIFY_VERSION = "2025-10"
TRIES = 6
LEFT_IN_PEACE = timedelta(minutes=30)
OVERLAP = timedelta(minutes=10)  # clocks of a shop's machines differ, and slow acts end late
LATE = timedelta(minutes=15)  # then the webhook should have told us
_WAITS = (5, 15, 45, 120, 300)  # seconds
_dice = random.SystemRandom()
_Kind = OrderSource.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`cursor` None: the last one. `topic`: under which an order that cannot be used is kept."""

    orders: Sequence[Any]
    cursor: Mapping[str, Any] | None
    topic: str = field(default="")


@dataclass(frozen=True, slots=True)
class _Told:
    """An order of the list: read, and as it stood there."""

    changed_at: datetime
    taken: Taken
    given: Any
    topic: str


def due(now: datetime) -> LeasableQuerySet:
    at_peace = Q(quiet_until=None) | Q(quiet_until__lte=now)
    waiting = Q(next_at=None) | Q(next_at__lte=now)
    asked = OrderSource.objects.filter(at_peace, waiting, is_active=True, kind__in=OrderSource.ASKED)
    return asked.exclude(base_url="")


def pull(sources: Sequence[OrderSource], now: datetime) -> None:
    """The job: one page."""
    for source in sources:
        begun = time.monotonic()
        try:
            page = fetch(source)
        except Away as away:
            _stumbled(source, away, now + timedelta(seconds=time.monotonic() - begun))
            continue
        with journal.recording():
            _keep(source, page, now)


PULL = leases.Job(name="ask shops for orders", due=due, run=pull, batch=1)


def fetch(source: OrderSource) -> Page:
    """Raises Away."""
    return _woocommerce(source) if source.kind == _Kind.WOOCOMMERCE else _shopify(source)


def soon(source: OrderSource) -> None:
    """A person does not want to wait. What the shop asked for is still kept."""
    OrderSource.objects.filter(pk=source.pk).update(next_at=None)


def _woocommerce(source: OrderSource) -> Page:
    """By id within what has changed since: rows that change meanwhile come in again, and hide none."""
    number = int(source.cursor.get("page", 1))
    query = {"per_page": PER_PAGE, "page": number, "orderby": "id", "order": "asc", "status": "any"}
    if source.bookmark:
        query |= {"modified_after": source.bookmark, "dates_are_gmt": "true"}
    said = web.call(
        "GET", source.base_url, "/wp-json/wc/v3/orders", query=query,
        user=credentials.value(source.slug, "KEY"), password=credentials.value(source.slug, "SECRET"),
    )  # fmt: skip
    found = _good(said)
    if not isinstance(found, list):
        raise Away(Trouble.NONSENSE)
    return Page(
        orders=found, cursor={"page": number + 1} if len(found) == PER_PAGE else None, topic="order.updated"
    )


def _shopify(source: OrderSource) -> Page:
    query: dict[str, Any] = {"limit": PER_PAGE}
    if place := source.cursor.get("page_info"):
        query["page_info"] = place
    else:
        query |= {"status": "any", "order": "updated_at asc"}
        query |= {"updated_at_min": f"{source.bookmark}Z"} if source.bookmark else {}
    said = web.call(
        "GET", source.base_url, f"/admin/api/{SHOPIFY_VERSION}/orders.json", query=query,
        headers={"x-shopify-access-token": credentials.value(source.slug, "KEY")},
    )  # fmt: skip
    found = _good(said)
    listed = found.get("orders") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise Away(Trouble.NONSENSE)
    place = _next(said.headers.get("link", ""))
    return Page(orders=listed, cursor={"page_info": place} if place else None, topic="orders/updated")


def _next(header: str) -> str:
    """`<https://…/orders.json?page_info=abc&limit=50>; rel="next"`."""
    for one in header.split(","):
        address, _semicolon, what = one.partition(";")
        if 'rel="next"' in what:
            return parse_qs(urlsplit(address.strip(" <>")).query).get("page_info", [""])[0][:500]
    return ""


def _good(said: web.Said) -> Any:
    if said.status in (401, 403):
        raise Away(Trouble.DENIED)
    if not said.is_good:
        raise Away(Trouble.NONSENSE)
    return said.content


def _keep(source: OrderSource, page: Page, now: datetime) -> None:
    """The page and our place after it, in one transaction."""
    read = woocommerce.order if source.kind == _Kind.WOOCOMMERCE else shopify.order
    told: list[_Told] = []
    newest = source.cursor.get("newest", "")
    for given in page.orders:
        try:
            raw = json.loads(json.dumps(given), parse_float=Decimal)
            if not isinstance(raw, dict):
                raise Unusable("not_json")
            snapshot = read(raw)
            taken = deliveries.taken(snapshot, source, now, is_pulled=True)
            told.append(_Told(snapshot.changed_at, taken, given, page.topic))
            newest = max(newest, _second(snapshot.changed_at))
        except Ignored:
            continue
        except Unusable as bad:
            _put_aside(source, page.topic, given, bad, now)
    found = _take_in(source, told, now)
    _go_on(source, page, newest, found, now)


def _take_in(source: OrderSource, told: Sequence[_Told], now: datetime) -> int:
    """How many the webhook should have told us of by now, and did not."""
    try:
        with transaction.atomic():
            written = purchases.take_many([one.taken for one in told], now=now)
    except AboveTotal as above:
        if len(told) > 1:
            return sum(_take_in(source, [one], now) for one in told)
        (one,) = told
        bad = Unusable(ABOVE_TOTAL, "refunds")
        _put_aside(source, one.topic, one.given, bad, now, about=above.order_id)
        return 0
    missed = 0
    for one, done in zip(told, written, strict=True):
        if done.outcome in (Outcome.CREATED, Outcome.UPDATED):
            journal.log("order received" if done.outcome is Outcome.CREATED else "order updated",
                        f"feedback.order:{done.order_id}")  # fmt: skip
        if one.taken.consents:
            known = Order.objects.select_related("customer__merged_into")
            orders.note_consents(known.get(pk=done.order_id), one.taken)
        missed += done.outcome is Outcome.CREATED and one.changed_at < now - LATE
    return missed if source.heard_at and source.bookmark else 0


def _go_on(source: OrderSource, page: Page, newest: str, missed: int, now: datetime) -> None:
    changes: dict[str, Any] = {"misses": 0, "trouble": "", "quiet_until": None, "alarmed_at": None}
    if source.alarmed_at:
        journal.log("shop answers again", source)
    if missed:
        changes["missed"] = source.missed + missed
    if page.cursor is not None:
        leases.finish([source], cursor={**page.cursor, "newest": newest}, next_at=now, **changes)
        return
    pause = timedelta(minutes=source.every_minutes) * _dice.uniform(0.95, 1.05)
    bookmark = _second(datetime.fromisoformat(newest).replace(tzinfo=UTC) - OVERLAP) if newest else ""
    leases.finish([source], cursor={}, bookmark=max(bookmark, source.bookmark), next_at=now + pause,
                  pulled_at=now, **changes)  # fmt: skip


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _put_aside(
    source: OrderSource, topic: str, given: Any, bad: Unusable, now: datetime, about: int | None = None
) -> None:
    """Beside what the webhook brought: listed with its reason, tried again by a press."""
    body = json.dumps(given, sort_keys=True).encode()
    deliveries.keep_aside(
        source, topic=topic, body=body, reason=bad.key, field=bad.field, now=now, about=about,
        known_as=deliveries.named(given),
    )  # fmt: skip


def _stumbled(source: OrderSource, away: Away, now: datetime) -> None:
    with journal.recording():
        row = OrderSource.objects.select_for_update(no_key=True).get(pk=source.pk)
        misses = row.misses + 1
        alarmed_at = row.alarmed_at
        if misses >= TRIES and alarmed_at is None:
            alarmed_at = now
            journal.log("shop does not answer", row, trouble=away.trouble.value)
        leases.let_go(
            [source], misses=misses, trouble=away.trouble.value, alarmed_at=alarmed_at,
            quiet_until=now + _pause(misses, away.wait),
        )  # fmt: skip


def _pause(misses: int, asked: timedelta | None) -> timedelta:
    usual = LEFT_IN_PEACE if misses >= TRIES else timedelta(seconds=_WAITS[misses - 1])
    return max(usual * _dice.uniform(0.75, 1.25), (asked or timedelta(0)) + timedelta(seconds=1))
