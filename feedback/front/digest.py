"""The weekly letter: what was said in the week that is over, in each reader's language. On Mondays, by a job.

Whoever wants it says so on its page; one press in each letter ends it. A reader gets a week once, however
often the job runs or is killed: the letter, the week and the next time are written in one transaction.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from feedback import alerts, bulk, journal, leases, mail, shop, tokens
from feedback.front import digest_words, headlines, tiles
from feedback.front.digest_words import Theme, Week
from feedback.models import Digest, Headline, OutgoingMail, User
from feedback.models.queue import LeasableQuerySet
from feedback.reports import trends
from feedback.roles import DESK, roles_of

HOUR = time(7)
MOST_THEMES = 6
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Complaints of a theme; widths in hundredths of the longest bar of the letter."""

    theme: Theme
    width: int
    width_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`sentences`: three. `bars`: the themes with the most complaints, the week before beside them.
    `as_of`: the day of the figures, None where none were kept."""

    start: date
    end: date
    week: Week
    sentences: tuple[str, ...]
    bars: tuple[Bar, ...]
    tiles: tuple[tiles.Tile, ...]
    as_of: date | None

    @property
    def is_at_once(self) -> bool:
        return any(bar.theme.at_once or bar.theme.at_once_before for bar in self.bars)


def last_week(today: date) -> date:
    """The Monday of the week that is over."""
    return today - timedelta(days=today.weekday()) - _WEEK


def tell(start: date, today: date, language: str) -> Told:
    """Of the week from this Monday, in words of the language that is active. An alert that touches it comes
    first: nothing else here may contradict what the morning page names."""
    end = start + _WEEK - _DAY
    now, before = (trends.by_theme(one, one + _WEEK - _DAY) for one in (start, start - _WEEK))
    names = {row.slug: row.name(language) for row in (*before.themes, *now.themes)}
    themes = _themes(start, now, before, names)
    week = Week(
        n=now.comments.total,
        before=before.comments.total,
        negative=now.comments.negative,
        negative_before=before.comments.negative,
    )
    found = _figures(start, today)
    figures = tiles.of(found, lambda name: "")
    changed = digest_words.of_alerts(alerts.touching(start, end), _all_names(language))
    said = digest_words.of_comments(week)
    sentences = (
        *((changed, said) if changed else (said, digest_words.of_themes(themes))),
        digest_words.of_figures(figures, found),
    )
    return Told(
        start=start, end=end, week=week, sentences=sentences, bars=tuple(_bars(themes)),
        tiles=tuple(figures), as_of=max((row.day for row in found.values()), default=None),
    )  # fmt: skip


def _themes(start: date, now: trends.Trends, before: trends.Trends, names: dict[str, str]) -> list[Theme]:
    """By slug; beside each what of it came in bursts, which alerts leave out as well."""
    complaints, earlier = ({row.slug: row.counts.negative for row in found.themes} for found in (now, before))
    at_once: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}  # by whether it is this week
    for row in alerts.in_bursts(start - _WEEK, start + _WEEK - _DAY):
        at_once[row.day >= start][row.theme] -= row.counts.negative
    return [
        Theme(
            slug=slug, name=names[slug], now=complaints.get(slug, 0), before=earlier.get(slug, 0),
            at_once=at_once[True][slug], at_once_before=at_once[False][slug],
        )
        for slug in sorted(names)
    ]  # fmt: skip


def _figures(start: date, today: date) -> dict[str, Headline]:
    """As they stood at the end of that week: of the days until its letter. Of the week that is just over
    those of today, where a new shop has none of then."""
    found = headlines.between(start, min(start + _WEEK, today))
    return found if found or start < last_week(today) else headlines.newest(today)


def _all_names(language: str) -> dict[str, str]:
    return {theme.slug: theme.name(language) for theme in trends.THEMES.all()}


def _bars(themes: Sequence[Theme]) -> list[Bar]:
    shown = sorted((one for one in themes if one.now), key=lambda one: (-one.now, one.slug))[:MOST_THEMES]
    longest = max((max(one.now, one.before) for one in shown), default=0)
    return [
        Bar(
            theme=one,
            width=max(1, round(100 * one.now / longest)),
            width_before=round(100 * one.before / longest),
        )
        for one in shown
    ]


# Who gets it


def wants(user: User) -> bool:
    return Digest.objects.filter(user=user, send_at__isnull=False).exists()


def switch(user: User, *, on: bool, now: datetime) -> None:
    """By the reader, on the page or by the way out in a letter. Pressed twice it changes nothing."""
    columns = {"token_digest": tokens.digest(token_of(user)), "send_at": next_time(now) if on else None}
    with journal.recording():
        row, is_new = Digest.objects.get_or_create(user=user, defaults=columns)
        changed = Digest.objects.filter(pk=row.pk, send_at__isnull=on).update(send_at=columns["send_at"])
        if changed or (is_new and on):
            journal.log("weekly letter wanted" if on else "weekly letter stopped", row, by=user)


def token_of(user: User) -> str:
    """The same in every letter, so that the way out in an old one still works."""
    digest = salted_hmac("feedback.front.digest", user.public_id, algorithm="sha256").digest()
    return tokens.derived(digest)


def whose(token: str) -> User | None:
    normal = tokens.normalise(token)
    if not normal:
        return None
    row = Digest.objects.select_related("user").filter(token_digest=tokens.digest(normal)).first()
    return row.user if row else None


def next_time(now: datetime) -> datetime:
    """Monday at seven in the shop's own zone, after `now`."""
    today = shop.day(now)
    monday = today - timedelta(days=today.weekday())
    at = datetime.combine(monday, HOUR, tzinfo=shop.zone())
    return at if at > now else datetime.combine(monday + _WEEK, HOUR, tzinfo=shop.zone())


# The job


def due(now: datetime) -> LeasableQuerySet[Digest]:
    return Digest.objects.filter(send_at__lte=now)


def send(rows: Sequence[Digest], now: datetime) -> None:
    """Letters of the week that is over, each once. Who may no longer read the figures gets none any more."""
    today = shop.day(now)
    week = last_week(today)
    with transaction.atomic():
        readers = {user.pk: user for user in User.objects.filter(pk__in=[row.user_id for row in rows])}
        for row in rows:
            user = readers[row.user_id]
            if not user.email or roles_of(user).isdisjoint(DESK):
                leases.finish([row], send_at=None)
                continue
            leases.finish([row], send_at=next_time(now), week=week)
            if row.week is None or row.week < week:
                _write(user, week, today, now)


SEND = leases.Job(name="write weekly letters", due=due, run=send, batch=20)


def _write(user: User, week: date, today: date, now: datetime) -> None:
    language = user.language or shop.current().language
    out = f"{settings.BASE_URL}{reverse('digest_stop', args=[token_of(user)])}"
    with translation.override(language):
        told = tell(week, today, language)
    letter = mail.drawn(
        to=user.email,
        template="digest",
        context={
            "name": user.get_short_name() or user.get_username(),
            "told": told,
            "url": f"{settings.BASE_URL}{reverse('digest')}?week={week}",
            "trends_url": f"{settings.BASE_URL}{reverse('trends')}",
            "stop_url": out,
        },
        language=language,
        customer=None,
        now=now,
    )
    letter.kind, letter.unsubscribe_url = OutgoingMail.Kind.SERVICE, out
    letter.about = f"feedback.user:{user.pk}"
    bulk.insert([letter])
