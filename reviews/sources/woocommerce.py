"""A WooCommerce shop: its product reviews over REST v3, our replies as WordPress comments beneath them.

A review is a WordPress comment on the product. WooCommerce's key opens `wc/v3` only, so the replies go by
`wp/v2/comments` with an application password of the account that replies. The list of reviews has no
"changed since": what is new is found by the highest id, edits and deletions by a sweep.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from feedback import web
from feedback.html_text import as_html, words_of
from reviews.models import Reply, Source
from reviews.records import LONGEST, BadRecord, ReviewRecord, parse
from reviews.sources import (
    Answer,
    Ask,
    Away,
    Checked,
    Edited,
    Gone,
    Outcome,
    Page,
    Trouble,
    Unreadable,
    same_words,
)
from reviews.sources.credentials import value

SECRETS = ("KEY", "SECRET", "REPLY_PASSWORD")
REPLY_LIMIT = 65_525  # bytes: WordPress's column of a comment
PER_PAGE = 100
_REVIEWS, _COMMENTS = "/wp-json/wc/v3/products/reviews", "/wp-json/wp/v2/comments"
_UTC = ZoneInfo("UTC")
_NOT_THERE = frozenset({"woocommerce_rest_review_invalid_id", "rest_comment_invalid_id"})
_TOO_FAST, _DOUBLE = "comment_flood", "comment_duplicate"
_MOST_MARKUP = 5 * LONGEST
_SHOWN = "approved"


def fetch(source: Source, ask: Ask) -> Page:
    """What is new comes newest first, until an id that was known; a sweep goes by id from the oldest."""
    number = int(ask.cursor.get("page", 1))
    query = {
        "per_page": PER_PAGE, "page": number, "orderby": "id", "order": "asc" if ask.sweep else "desc",
        "status": _SHOWN,
    }  # fmt: skip
    said = _good(_read(source, _REVIEWS, query))
    if not isinstance(said.content, list):
        raise Away(Trouble.NONSENSE)
    read = [_review(raw, ask.now) for raw in said.content]
    ids = [_number(raw) for raw in said.content]
    newest = max([int(ask.cursor.get("newest", 0)), int(ask.bookmark or 0), *ids])
    known = not ask.sweep and bool(ids) and min(ids) <= int(ask.bookmark or 0)
    more = bool(ids) and not known and number < _pages(said)
    return Page(
        records=[each for each in read if isinstance(each, ReviewRecord)],
        unreadable=[each for each in read if isinstance(each, Unreadable)],
        cursor={"page": number + 1, "newest": newest} if more else None,
        bookmark=str(newest),
    )


def look(source: Source, external_id: str, now: datetime) -> ReviewRecord | Unreadable:
    return _review(_shown(source, external_id), now)


def publish(source: Source, reply: Reply) -> Outcome:
    """The review is looked at first: an answer to other words, or to none, does not go out."""
    raw = _shown(source, reply.review.external_id)
    found = _review(raw, reply.approved_at or reply.drafted_at)
    if isinstance(found, ReviewRecord) and found.digest != reply.review.digest:
        raise Edited(found)
    words = {"content": as_html(reply.text)}
    if earlier := _earlier(reply):
        said = _write(source, f"{_COMMENTS}/{earlier}", words)
        if said.code not in _NOT_THERE:
            return _outcome(source, reply, said)
    place = {"post": raw.get("product_id"), "parent": int(reply.review.external_id)}
    return _outcome(source, reply, _write(source, _COMMENTS, place | words))


def present_reply(source: Source, reply: Reply) -> Outcome | None:
    """By its own id when the shop told us, else among all that stands beneath the review."""
    if reply.external_ref:
        said = _as_account(source, "GET", f"{_COMMENTS}/{reply.external_ref}", {"context": "edit"})
        if said.code in _NOT_THERE:
            return None
        return _standing(_good(said).content)
    query = {"parent": reply.review.external_id, "context": "edit", "status": "all", "per_page": PER_PAGE}
    beneath = _good(_as_account(source, "GET", _COMMENTS, query)).content
    if not isinstance(beneath, list):
        raise Away(Trouble.NONSENSE)
    ours = [raw for raw in beneath if isinstance(raw, dict) and same_words(_words(raw), reply.text)]
    return _standing(ours[-1]) if ours else None


def check(source: Source) -> Checked:
    said = _good(_read(source, _REVIEWS, {"per_page": 1, "status": _SHOWN}))
    if not isinstance(said.content, list):
        raise Away(Trouble.NONSENSE)
    total = said.headers.get("x-wp-total", "")
    count = int(total[:9]) if total.isascii() and total.isdigit() else len(said.content)
    try:
        account = _good(_as_account(source, "GET", "/wp-json/wp/v2/users/me", {"context": "edit"})).content
    except Away as away:
        return Checked(reviews=count, replies=away.trouble)
    rights = account.get("capabilities") if isinstance(account, dict) else None
    if not isinstance(rights, dict) or not rights.get("moderate_comments"):
        return Checked(reviews=count, replies=Trouble.DENIED)
    return Checked(reviews=count, account=str(account.get("name", ""))[:60])


def _read(source: Source, path: str, query: Mapping[str, Any] | None = None) -> web.Said:
    return web.call(
        "GET", source.polling.base_url, path, query=query,
        user=value(source, "KEY"), password=value(source, "SECRET"),
    )  # fmt: skip


def _as_account(source: Source, method: str, path: str, query: Mapping[str, Any] | None = None,
                send: Mapping[str, Any] | None = None) -> web.Said:  # fmt: skip
    if not source.polling.reply_account:
        raise Away(Trouble.NO_CREDENTIALS)
    return web.call(
        method, source.polling.base_url, path, query=query, send=send,
        user=source.polling.reply_account, password=value(source, "REPLY_PASSWORD"),
    )  # fmt: skip


def _write(source: Source, path: str, send: Mapping[str, Any]) -> web.Said:
    return _as_account(source, "POST", path, {"context": "edit"}, send)


def _good(said: web.Said) -> web.Said:
    """Raises Away for what is no answer to a question of ours: a locked door, another program's 404."""
    if said.status in (401, 403):
        raise Away(Trouble.DENIED)
    if not said.is_good:
        raise Away(Trouble.NONSENSE)
    return said


def _shown(source: Source, external_id: str) -> dict[str, Any]:
    """Raises Gone when it was deleted, or is not shown to customers any more."""
    if not (external_id.isascii() and external_id.isdigit()):
        raise Gone  # the shop gave it without an id, or it came from a file
    said = _read(source, f"{_REVIEWS}/{external_id}")
    if said.code in _NOT_THERE:
        raise Gone
    raw = _good(said).content
    if not isinstance(raw, dict) or str(raw.get("id")) != external_id:
        raise Away(Trouble.NONSENSE)
    if raw.get("status") != _SHOWN:
        raise Gone
    return raw


def _review(raw: Any, now: datetime) -> ReviewRecord | Unreadable:
    """Times: a shop's clock may run ahead of ours, but nobody has said anything tomorrow."""
    if not isinstance(raw, dict):
        return Unreadable(external_id=_stand_in(raw), reason="not a review")
    external_id = str(raw["id"]) if _number(raw) else _stand_in(raw)
    markup = raw.get("review")
    if isinstance(markup, str) and len(markup) > _MOST_MARKUP:
        return Unreadable(external_id=external_id, reason="text")
    given = {
        "external_id": raw.get("id"),
        "said_at": raw.get("date_created_gmt"),
        "text": words_of(markup) if isinstance(markup, str) else markup,
        "stars": raw.get("rating") or None,  # 0: only a text
        "author": raw.get("reviewer"),
        "verified": raw.get("verified"),
        "url": _page(raw),
    }
    try:
        record = parse(given, now=_LATEST, zone=_UTC)
    except BadRecord as bad:
        return Unreadable(external_id=external_id, reason=", ".join(fault.field for fault in bad.faults))
    return replace(record, said_at=min(record.said_at, now))


_LATEST = datetime(9000, 1, 1, tzinfo=_UTC)


def _page(raw: Mapping[str, Any]) -> str:
    """Of the product, at the review; what is no web address is left out, for it matters little."""
    link = raw.get("product_permalink")
    is_web = isinstance(link, str) and link.startswith(("http://", "https://"))
    return f"{link}#comment-{raw.get('id')}" if is_web else ""


def _number(raw: Any) -> int:
    """The review's id; 0 when it has none."""
    found = raw.get("id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def _stand_in(raw: Any) -> str:
    """A name for what has none: the same for the same."""
    return "?" + hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:16]


def _pages(said: web.Said) -> int:
    """Without the header there may always be another page: an empty one ends it."""
    written = said.headers.get("x-wp-totalpages", "")
    return int(written[:9]) if written.isascii() and written.isdigit() else 10**6


def _earlier(reply: Reply) -> str:
    """The comment that holds our answer to an earlier version of this review."""
    earlier = Reply.objects.filter(review=reply.review_id).exclude(external_ref="").order_by("-pk")
    return earlier.values_list("external_ref", flat=True).first() or ""


def _words(raw: Mapping[str, Any]) -> str:
    content = raw.get("content")
    return words_of(str(content.get("raw", content.get("rendered", "")))) if isinstance(content, dict) else ""


def _outcome(source: Source, reply: Reply, said: web.Said) -> Outcome:
    if said.code == _TOO_FAST:
        raise Away(Trouble.BUSY)
    if said.is_good:
        return _standing(said.content)
    if said.code == _DOUBLE and (there := present_reply(source, reply)):
        return there
    if said.status in (401, 403):
        raise Away(Trouble.DENIED)
    if not said.code:
        raise Away(Trouble.NONSENSE)
    return Outcome(answer=Answer.REFUSED, reason=_reason(said))


def _standing(raw: Any) -> Outcome:
    """Of one comment, by its state in WordPress."""
    if not isinstance(raw, dict) or not _number(raw):
        raise Away(Trouble.NONSENSE)
    state = raw.get("status")
    answers = {_SHOWN: Answer.PUBLISHED, "hold": Answer.PENDING}
    refused = "" if state in answers else str(state)[:40]
    return Outcome(answer=answers.get(str(state), Answer.REFUSED), ref=str(raw["id"]), reason=refused)


def _reason(said: web.Said) -> str:
    message = said.content.get("message") if isinstance(said.content, dict) else ""
    return f"{said.code}: {words_of(str(message or ''))}"[:300]
