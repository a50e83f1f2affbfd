"""What this shop taught the reader: train an engine, judge it, let it read, go back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.utils import timezone

from feedback import corrections, journal, leases
from feedback.models import Engine, Theme, User
from feedback.models.engines import EngineQuerySet
from feedback.personal_data import redact
from feedback.text import model
from feedback.text.reader import Reader
from feedback.text.scores import accuracy, micro_macro_f1
from feedback.text.themes import ELSE
from feedback.text.train import Example, Scores, adapt, is_held

MOST = 20_000  # corrections that are learned from, the newest
SLIP = 0.02  # of a share: below fifty texts not even one of them
NOTHING = "nothing to learn from"
State = Engine.State


class Busy(RuntimeError):
    """One is being trained already."""


class NotReady(RuntimeError):
    """This engine cannot read: not trained, refused, or made for another version of the program."""


class Verdict(StrEnum):
    NOT_WORSE = "not_worse"
    WORSE = "worse"
    SAME = "same"  # no side of what it was judged on changed
    UNPROVEN = "unproven"  # no text was left to tell by: a person may let it read all the same


def judge(before: Scores, after: Scores) -> Verdict:
    """On texts that were not learned from, no side may be read worse by more than `SLIP`, nor all of them
    on the mean: what is won on themes does not make up for what is lost on sentiment."""
    pairs = [(getattr(before, side.name), getattr(after, side.name)) for side in fields(Scores)]
    told = [(was, now) for was, now in pairs if was is not None and now is not None]
    if not told:
        return Verdict.UNPROVEN
    if all(was == now for was, now in told):
        return Verdict.SAME
    slips = any(now < was - SLIP for was, now in told)
    is_worse = slips or sum(now for _was, now in told) < sum(was for was, _now in told)
    return Verdict.WORSE if is_worse else Verdict.NOT_WORSE


def ask(by: User | None) -> Engine:
    """Put a training into the queue. Raises Busy while another one is there."""
    with journal.recording():
        # One that was given up makes room; its reason stays.
        Engine.objects.to_train().given_up().update(state=State.FAILED, failed_at=None)
        try:
            with transaction.atomic():
                engine = Engine.objects.create(asked_at=timezone.now(), asked_by=by)
        except IntegrityError:
            raise Busy from None
        journal.log("training asked for", engine, by=by)
    return engine


def examples() -> Iterator[Example]:
    """What people said of texts, and the sentences that the shop made up for its themes.

    Personal data is covered: what is learned keeps words.
    """
    for one in corrections.newest(MOST):
        yield Example(
            text=redact(one.text),
            lang=one.lang,
            sentiment=one.said.sentiment,
            themes=tuple(one.said.themes),
            problem=one.said.problem,
        )
    for slug, sentences in Theme.objects.filter(is_active=True).values_list("slug", "examples"):
        for sentence in sentences:
            yield Example(text=sentence, themes=(slug,))


def train(rows: Sequence[Engine], now: datetime) -> None:
    """The job. The engine reads from now on if it reads otherwise than the one that reads, and not worse."""
    (engine,) = rows
    base, told = model.load(), list(examples())
    try:
        made = adapt(base, told)
    except ValueError:
        with journal.recording():
            leases.finish(rows, state=State.FAILED, trained_at=now)
            Engine.objects.filter(pk=engine.pk).update(failure=NOTHING)
            journal.log("training failed", engine, by=engine.asked_by)
        return
    reading = at_work()
    unseen = [example for example in told if is_held(example.text)]
    taught = Reader(model=model.Model.adapted(base, made.delta), themes=reading.words)
    before, after = measured(reading.reader, unseen), measured(taught, unseen)
    verdict = judge(before, after)
    report = {"before": asdict(before), "after": asdict(after), "seen": made.seen, "unseen": made.unseen}
    kept = {"name": f"{base.engine}+{engine.pk}", "base": base.engine, "delta": made.delta, "report": report}
    with journal.recording():
        _lock()
        state = State.REFUSED if verdict is Verdict.WORSE else State.READY
        leases.finish(rows, state=state, trained_at=timezone.now(), **kept)
        journal.log("engine trained", engine, by=engine.asked_by, verdict=verdict.value, **report)
        if verdict is Verdict.NOT_WORSE:
            _let_read(engine.pk, by=engine.asked_by)


def measured(reader: Reader, told: Sequence[Example]) -> Scores:
    """Of all that a Reader reads, phrases and engine together: the share of sentiments and of problems that
    are right, and the micro-F1 of themes."""
    read = list(reader.read_many([one.text for one in told], langs=[one.lang for one in told]))
    pairs = list(zip(told, read, strict=True))
    felt = [(one.sentiment, got.sentiment.value) for one, got in pairs if one.sentiment]
    wrong = [(one.problem, got.problem) for one, got in pairs if one.problem]
    themes = [
        (one.themes, {m.theme for m in got.themes} - {ELSE}) for one, got in pairs if one.themes is not None
    ]
    return Scores(
        sentiment=accuracy(*zip(*felt, strict=True)) if felt else None,
        themes=micro_macro_f1(*zip(*themes, strict=True))[0] if themes else None,
        problem=accuracy(*zip(*wrong, strict=True)) if wrong else None,
    )


def due(now: datetime) -> EngineQuerySet:
    return Engine.objects.to_train()


# Minutes with all the corrections that are learned from, on a busy machine.
TRAIN = leases.Job(name="train the reader", due=due, run=train, batch=1, tries=2, lease=timedelta(hours=1))


def train_now() -> Engine:
    """Ask for a training and do it here, unless a worker was faster. Raises Busy."""
    asked = ask(None)
    leases.run_once(TRAIN)
    return Engine.objects.get(pk=asked.pk)


def activate(engine: Engine, *, by: User) -> None:
    """This one reads from now on. Raises NotReady."""
    with journal.recording():
        _lock()
        found = Engine.objects.defer("delta").filter(pk=engine.pk, state=State.READY).first()
        if found is None or is_outdated(found):
            raise NotReady(str(engine))
        _let_read(engine.pk, by=by)


def back_to_shipped(*, by: User) -> None:
    with journal.recording():
        _lock()
        if Engine.objects.filter(is_active=True).update(is_active=False):
            journal.log("engine activated", "feedback.engine:shipped", by=by)


def _lock() -> None:
    """There are few: whoever changes which one reads waits for whoever does so now."""
    list(Engine.objects.select_for_update(no_key=True).order_by("pk").values("pk"))


def _let_read(key: int, *, by: User | None) -> None:
    Engine.objects.filter(is_active=True).exclude(pk=key).update(is_active=False)
    if Engine.objects.filter(pk=key, is_active=False).update(is_active=True):
        journal.log("engine activated", f"feedback.engine:{key}", by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads now, and the themes to note: their keys by slug, without those that are switched off."""

    reader: Reader
    themes: Mapping[str, int]
    words: Mapping[str, Mapping[str, Sequence[str]]]  # the shop's own, as a Reader takes them


_Words = tuple[tuple[str, tuple[str, ...]], ...]
_kept: tuple[tuple[datetime | None, _Words], Reader] | None = None


def at_work() -> Reading:
    """The active engine with the shop's own words, kept in the process until one of them changes. One query,
    and one more when the engine is another."""
    global _kept
    active = Engine.objects.filter(is_active=True).values("asked_at")[:1]
    rows = list(
        Theme.objects.order_by("pk")
        .annotate(asked_at=Subquery(active))  # tells one engine from another
        .values_list("slug", "pk", "is_active", "words", "asked_at")
    )
    engine = rows[0][-1] if rows else None
    own = tuple((slug, tuple(words)) for slug, _pk, is_active, words, _asked in rows if is_active and words)
    words = {slug: {"words": lines} for slug, lines in own}
    kept = _kept  # another thread may keep another one meanwhile
    if kept is None or kept[0] != (engine, own):
        asked_at, reader = _reader(words)  # of the engine that is active by then
        kept = _kept = ((asked_at, own), reader)
    themes = {slug: pk for slug, pk, is_active, *_rest in rows if is_active}
    return Reading(reader=kept[1], themes=themes, words=words)


def _reader(words: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[datetime | None, Reader]:
    """With when the active engine was asked for; the shipped one reads when none is, or it cannot."""
    engine = Engine.objects.filter(is_active=True).first()
    if engine is None or is_outdated(engine):
        return engine.asked_at if engine else None, Reader(themes=words)
    adapted = model.Model.adapted(model.load(), bytes(engine.delta or b""))
    return engine.asked_at, Reader(model=adapted, themes=words, engine=engine.name)


def is_outdated(engine: Engine) -> bool:
    """It adapts the shipped engine of before an update of the program, so it cannot read any more."""
    return bool(engine.base) and engine.base != model.load().engine


def makes_no_difference(engine: Engine) -> bool:
    """On what it was judged by, it reads as the one before it did."""
    before, after = engine.report.get("before"), engine.report.get("after")
    return bool(before and after) and judge(Scores(**before), Scores(**after)) is Verdict.SAME


def how_it_went(engine: Engine) -> list[dict[str, Any]]:
    """Per side that could be judged: the shares before and after, from 0 to 1."""
    before, after = engine.report.get("before", {}), engine.report.get("after", {})
    return [
        {"side": side.name, "before": before[side.name], "after": after[side.name]}
        for side in fields(Scores)
        if before.get(side.name) is not None and after.get(side.name) is not None
    ]
