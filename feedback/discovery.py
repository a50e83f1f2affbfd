"""Look every week for what comes up in comments that no theme caught; managers make it a theme, or do not.

A comment is caught when a person gave it a theme, or when a theme other than the general one shows words in
it: where only the model hears one of its nine common kinds, no word of any theme was found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from feedback import bulk, journal, leases, rereading, shop, themes, totals
from feedback.models import (
    Comment,
    DiscoveryClock,
    Location,
    Mention,
    Product,
    Proposal,
    ProposalComment,
    Theme,
    User,
)
from feedback.models.discovery import ProposalQuerySet
from feedback.models.queue import LeasableQuerySet
from feedback.orthography import fold
from feedback.text.reading import Lang
from feedback.text.themes import ELSE
from feedback.text.topics import Said, Topic, find

EVERY = timedelta(days=7)
WEEKS = 8  # that are looked through
MOST = 40_000  # comments, the newest
GENERAL = ("general", ELSE)  # themes that name nothing
BUSY = timedelta(minutes=1)  # until comments that are being read anew are asked for again
GIBBERISH = "spam:gibberish"
COVER = "•••"
WEEK, DAY = timedelta(days=7), timedelta(days=1)
_languages = {"vi": "vi", "mixed": "vi", "en": "en"}
State = Proposal.State


class Stale(RuntimeError):
    """It is decided, or no longer comes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A comment of these weeks. `week`: 0 for the oldest."""

    pk: int
    language: str
    week: int
    said: Said


def due(now: datetime) -> LeasableQuerySet[DiscoveryClock]:
    return DiscoveryClock.objects.filter(look_at__lte=now)


def look(clocks: Sequence[DiscoveryClock], now: datetime) -> None:
    """The job. Done twice it writes the same."""
    looked = _looked_through(now)
    passing = _names()
    found = {
        language: _topics([one for one in looked if one.language == language], language, passing)
        for language in ("vi", "en")
    }
    with journal.recording():
        leases.finish(
            clocks, look_at=now + EVERY, found_at=now, looked_through=len(looked),
            missed=sum(not one.said.themes for one in looked),
        )  # fmt: skip
        for language, topics in found.items():
            _keep(language, topics, now)


LOOK = leases.Job(
    name="look for what no theme catches", due=due, run=look, batch=1, lease=timedelta(minutes=30)
)


def look_now(now: datetime) -> None:
    """Here, at once: for the demo shop and for tests."""
    if not DiscoveryClock.objects.update(look_at=now):
        DiscoveryClock.objects.create(look_at=now)
    leases.run_once(LOOK, now)


def _looked_through(now: datetime) -> list[Looked]:
    """Of two languages and these weeks, the oldest first, personal data covered; not of our own people."""
    end = shop.day(now) + DAY
    since = end - WEEKS * WEEK
    said = Comment.objects.current().filter(
        said_at__gte=shop.start_of(since), said_at__lt=shop.start_of(end), read_at__isnull=False,
        analysis__lang__in=_languages,
    )  # fmt: skip
    said = said.exclude(text="", title="").exclude(customer__is_insider=True)
    columns = (
        *("pk", "title", "text", "said_at", "author", "source", "customer", "customer__merged_into"),
        *("analysis__lang", "analysis__pii", "analysis__flags"),
    )
    newest = list(said.order_by("-said_at", "-pk").values_list(*columns)[:MOST])[::-1]
    caught, zone = _caught([row[0] for row in newest]), shop.zone()
    return [
        Looked(
            pk=pk, language=_languages[lang], week=(at.astimezone(zone).date() - since).days // 7,
            said=Said(
                text=covered(f"{title}\n{text}" if title else text, pii),
                who=_who(pk, merged_into or customer, author, source), themes=caught.get(pk, ()),
            ),
        )
        for pk, title, text, at, author, source, customer, merged_into, lang, pii, flags in newest
        if GIBBERISH not in flags
    ]  # fmt: skip


def _caught(keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The themes that caught each comment, as they count today."""
    root = totals.roots()
    stand = Mention.objects.filter(comment__among=sorted(keys)).counted().exclude(theme__slug__in=GENERAL)
    caught: defaultdict[int, dict[str, None]] = defaultdict(dict)
    by_words = stand.exclude(Q(words=[]) & Q(corrected_polarity=""))
    for comment, slug in by_words.order_by("comment", "theme__slug").values_list("comment", "theme__slug"):
        caught[comment][root[slug]] = None
    return {comment: tuple(slugs) for comment, slugs in caught.items()}


def covered(text: str, pii: Iterable[Mapping[str, Any]]) -> str:
    """The text with each piece of personal data that the reader found in it covered."""
    parts, done = [], 0
    for start, end in sorted(one["span"] for one in pii):
        if start >= done:
            parts.append(text[done:start] + COVER)
            done = end
    return "".join([*parts, text[done:]])


def _who(pk: int, customer: int | None, author: str, source: str) -> str:
    """Whom we do not know is told from others by their name, and by nothing without one."""
    if customer is not None:
        return f"customer {customer}"
    return f"{source} {fold(author)}" if author.strip() else f"comment {pk}"


def _names() -> list[str]:
    """What the shop, its places and its goods are called: said whatever a comment is about."""
    goods = Product.objects.values_list("name_vi", "name_en", "category").order_by("pk")[:2000]
    places = Location.objects.values_list("name_vi", "name_en").order_by("pk")
    return [shop.current().name, *(name for row in [*goods, *places] for name in row if name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A topic with its comments, and its people by week."""

    topic: Topic
    comments: list[int]
    weeks: list[int]
    before: int
    lately: int


def _topics(looked: Sequence[Looked], language: str, passing: Collection[str]) -> list[_Found]:
    known = {
        pk: {phrase["key"]: phrase["people"] for phrase in phrases}
        for pk, phrases in Proposal.objects.filter(language=language).values_list("pk", "phrases")
    }
    said = [one.said for one in looked]
    return [
        _counted(topic, [looked[place] for place in topic.comments])
        for topic in find(said, lang=Lang(language), passing=passing, known=known)
    ]


def _counted(topic: Topic, its: Sequence[Looked]) -> _Found:
    weeks = [len({one.said.who for one in its if one.week == week}) for week in range(WEEKS)]
    before, lately = (
        len({one.said.who for one in its if (one.week >= WEEKS // 2) == half}) for half in (False, True)
    )
    return _Found(
        topic=topic, comments=[one.pk for one in its], weeks=weeks, before=before, lately=lately
    )  # fmt: skip


def _keep(language: str, found: Sequence[_Found], now: datetime) -> None:
    """What is decided stays decided; what is no longer found fades."""
    rows = Proposal.objects.filter(language=language).select_for_update(no_key=True).order_by("pk")
    known = {row.pk: row for row in rows}
    by_key = {row.key: row for row in known.values()}
    seen = set()
    for one in found:
        row = known.get(one.topic.known or 0) or by_key.get(one.topic.phrases[0].key)
        if row is None:
            row = _proposed(language, one, now)
            by_key[row.key] = row
        elif row.state in (State.OPEN, State.FADED) and row.pk not in seen:
            Proposal.objects.filter(pk=row.pk).update(state=State.OPEN, **_columns(one, now))
        else:
            continue
        seen.add(row.pk)
        _belong(row, one.comments)
    gone = [row.pk for row in known.values() if row.state == State.OPEN and row.pk not in seen]
    Proposal.objects.filter(pk__in=gone).update(state=State.FADED)


def _proposed(language: str, one: _Found, now: datetime) -> Proposal:
    key = one.topic.phrases[0].key
    row = Proposal.objects.create(language=language, key=key, first_found_at=now, **_columns(one, now))
    journal.log("theme proposed", row, by=None, people=row.people)
    return row


def _columns(one: _Found, now: datetime) -> dict[str, Any]:
    topic = one.topic
    return {
        "name": topic.name, "people": topic.people, "weeks": one.weeks, "before": one.before,
        "lately": one.lately, "near": topic.near[0] if topic.near else "", "found_at": now,
        "phrases": [
            {"text": phrase.text, "key": phrase.key, "people": phrase.people, "forms": list(phrase.forms)}
            for phrase in topic.phrases
        ],
    }  # fmt: skip


def _belong(row: Proposal, comments: Sequence[int]) -> None:
    """Some may have been erased since they were looked at."""
    there = set(Comment.objects.filter(pk__among=sorted(comments)).values_list("pk", flat=True))
    row.members.all().delete()
    bulk.write(
        ProposalComment,
        [
            {"proposal_id": row.pk, "comment_id": pk, "place": place}
            for place, pk in enumerate(comments)
            if pk in there
        ],
    )


def examples(proposals: Iterable[Proposal], most: int) -> dict[int, list[Comment]]:
    """Of each proposal those that tell most of it and still have words. One query for all."""
    rows = ProposalComment.objects.filter(proposal__in=list(proposals), place__lt=3 * most)
    found: defaultdict[int, list[Comment]] = defaultdict(list)
    for row in rows.select_related("comment__analysis").order_by("proposal", "place"):
        its = found[row.proposal_id]
        if row.comment.words.strip() and len(its) < most:
            its.append(row.comment)
    return found


def shown(comment: Comment) -> str:
    """Its words with personal data covered."""
    return covered(comment.words, comment.analysis.pii)


# What people decide


def accept(
    proposal: Proposal, *, name_vi: str, name_en: str, words: Sequence[str], examples: Sequence[str] = (),
    note: str = "", by: User, now: datetime,
) -> Theme:  # fmt: skip
    """A theme of the shop's own; comments are read anew for it. Raises Stale, themes.Taken."""
    with journal.recording():
        _hold(proposal)
        theme = themes.add(name_vi=name_vi, name_en=name_en, words=words, examples=examples, by=by)
        _decide(proposal, State.ACCEPTED, by=by, now=now, note=note, theme=theme, reread=True)
    return theme


def merge(
    proposal: Proposal, into: Theme, *, words: Sequence[str], note: str = "", by: User, now: datetime
) -> None:
    """Its words show that theme from now on. Raises Stale, themes.Stale, themes.Full."""
    with journal.recording():
        _hold(proposal)
        themes.add_words(into, words, by=by)
        _decide(proposal, State.MERGED, by=by, now=now, note=note, theme=into, reread=True)


def ignore(proposal: Proposal, note: str, *, by: User, now: datetime) -> None:
    """It does not come again, nor under words like its own. `note` says why. Raises Stale."""
    with journal.recording():
        _hold(proposal)
        _decide(proposal, State.IGNORED, by=by, now=now, note=note)


def _hold(proposal: Proposal) -> None:
    """One of those who decide at the same moment goes on; the others see that it is decided."""
    held = Proposal.objects.select_for_update(no_key=True).open().filter(pk=proposal.pk)
    if not held.exists():
        raise Stale(proposal.public_id)


def _decide(proposal: Proposal, state: str, *, by: User, now: datetime, **columns: Any) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=state, decided_by=by, decided_at=now, **columns)
    theme = columns["theme"].slug if columns.get("theme") else ""
    journal.log(f"proposed theme {state}", proposal, by=by, theme=theme)


# Comments of before, read anew


def due_to_reread(now: datetime) -> ProposalQuerySet:
    return Proposal.objects.to_reread()


def have_reread(rows: Sequence[Proposal], now: datetime) -> None:
    """The job: one reading anew is asked for, for all that wait. What began before does not know their words,
    so they wait until it is over."""
    try:
        with journal.recording():
            rereading.ask(rows[0].decided_by)
            leases.finish(rows, reread=False)
    except rereading.Busy:
        leases.let_go(rows, retry_at=now + BUSY)


REREAD = leases.Job(name="read anew for new themes", due=due_to_reread, run=have_reread)
