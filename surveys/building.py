"""Work on a survey's questions: start, change, publish, copy, put away. One version at a time."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from feedback import journal, shop
from feedback.models import User
from surveys import counting, definitions, editing, pictures, publishing, sheets
from surveys.models import Survey, SurveyVersion

TEMPLATES = ("post_purchase", "delivery", "service_contact", "exit_interview", "relationship")


class Stale(RuntimeError):
    """Somebody else changed or published the questions first."""


class BudgetTooLow(ValueError):
    """`used`: what is promised or spent already, in the survey's currency."""

    def __init__(self, used: Decimal):
        super().__init__(used)
        self.used = used


def start(
    name: str, definition: Mapping[str, Any], *, now: datetime, by: User | None = None, **columns: Any
) -> Survey:
    """A survey under work, that nobody is asked yet."""
    with journal.recording():
        survey = Survey.objects.create(
            slug=_free_slug(name),
            name=name[:120],
            reward_currency=columns.pop("reward_currency", "") or shop.current().currency,
            made_at=now,
            **columns,
        )
        survey.versions.create(number=1, definition=dict(definition))
        journal.log("survey started", survey, by=by)
    return survey


def under_work(survey: Survey) -> SurveyVersion:
    """The version under work: the one there is, else a copy of the newest, that the first change saves."""
    found = survey.versions.filter(published_at=None).first()
    if found is not None:
        return found
    newest = survey.versions.order_by("-number").first()
    return SurveyVersion(
        survey=survey,
        number=(newest.number if newest else 0) + 1,
        definition=newest.definition if newest else editing.blank(),
        edition=0,
    )


def is_changed(version: SurveyVersion) -> bool:
    """Whether it differs from what is asked now."""
    published = version.survey.versions.filter(published_at__isnull=False).order_by("-number").first()
    return published is None or published.definition != version.definition


def save(version: SurveyVersion, definition: Mapping[str, Any], *, edition: int) -> int:
    """Compare-and-set; the new edition. Raises Stale."""
    if version._state.adding and edition == 0:
        return _save_first(version, definition)
    mine = SurveyVersion.objects.filter(pk=version.pk, published_at=None, edition=edition)
    if not mine.update(definition=dict(definition), edition=edition + 1):
        raise Stale
    version.definition, version.edition = dict(definition), edition + 1
    return version.edition


def _save_first(version: SurveyVersion, definition: Mapping[str, Any]) -> int:
    version.definition, version.edition = dict(definition), 1
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:  # another page made its first change meanwhile
        raise Stale from None
    return version.edition


def publish(version: SurveyVersion, *, edition: int, now: datetime, by: User | None = None) -> None:
    """Asked from now on. Raises Stale, BadDefinition, publishing.Faulty."""
    survey = version.survey
    mine = SurveyVersion.objects.filter(pk=version.pk, published_at=None, edition=edition)
    current = mine.first()
    if current is None:
        raise Stale
    _refuse_faulty(current)  # takes its time: before anything is locked
    with journal.recording():
        Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)  # two publishers get two numbers
        if not mine.exists():
            raise Stale
        last = survey.versions.exclude(pk=version.pk).aggregate(last=Max("number"))["last"] or 0
        SurveyVersion.objects.filter(pk=version.pk).update(published_at=now, number=last + 1)
        Survey.objects.filter(pk=survey.pk).update(state=Survey.State.LIVE, archived_at=None)
        counting.follow(survey)
        journal.log("survey published", survey, by=by, version=last + 1)
    sheets.forget()


def ask_again(survey: Survey, *, by: User | None = None) -> None:
    """The questions that were published last, after the survey was put away. Raises BadDefinition,
    publishing.Faulty, Stale when they are asked already or there are none."""
    last = survey.versions.filter(published_at__isnull=False).order_by("-number").first()
    if last is None:
        raise Stale
    _refuse_faulty(last)
    with journal.recording():
        closed = Survey.objects.filter(pk=survey.pk).exclude(state=Survey.State.LIVE)
        if not closed.update(state=Survey.State.LIVE, archived_at=None):
            raise Stale
        journal.log("survey opened again", survey, by=by, version=last.number)
    sheets.forget()


def rename(survey: Survey, name: str, *, by: User | None = None) -> None:
    """What we call it; customers read the title. `name`: 1 to 120 characters."""
    with journal.recording():
        Survey.objects.filter(pk=survey.pk).update(name=name)
        journal.log("survey renamed", survey, by=by)


def copy(survey: Survey, name: str, *, now: datetime, by: User | None = None) -> Survey:
    """The same questions and reward under another name, under work. What was spent stays with the first."""
    same = ("reward_amount", "reward_currency", "reward_days", "reward_minimum_order", "days_to_answer")
    columns = {column: getattr(survey, column) for column in same}
    return start(name, under_work(survey).definition, now=now, by=by, **columns)


def set_reward(survey: Survey, *, by: User | None = None, **columns: Any) -> None:
    """The amount, its days, the least order, the budget, for whoever begins from now on: what is promised
    stays as it was promised. Raises BudgetTooLow."""
    with journal.recording():
        locked = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
        budget = columns["budget"]
        if budget is not None and budget < locked.budget_used:
            raise BudgetTooLow(locked.budget_used)
        Survey.objects.filter(pk=survey.pk).update(**columns)
        journal.log(
            "reward of a survey set", survey, by=by, **{name: str(value) for name, value in columns.items()}
        )
    sheets.forget()


def put_away(survey: Survey, *, now: datetime, by: User | None = None) -> bool:
    """Closed and out of the list; its results stay. False: it was away already."""
    with journal.recording():
        mine = Survey.objects.filter(pk=survey.pk, archived_at=None)
        if not mine.update(archived_at=now, state=Survey.State.CLOSED):
            return False
        journal.log("survey put away", survey, by=by)
    return True


def take_out(survey: Survey, *, by: User | None = None) -> bool:
    """Back into the list, still closed. False: it was there."""
    with journal.recording():
        if not Survey.objects.filter(pk=survey.pk, archived_at__isnull=False).update(archived_at=None):
            return False
        journal.log("survey taken out", survey, by=by)
    return True


def _refuse_faulty(version: SurveyVersion) -> None:
    """Raises BadDefinition, publishing.Faulty."""
    definition = definitions.load(version.definition)
    publishing.refuse_faulty(definition)
    if missing := pictures.missing(definition):
        raise publishing.Faulty(missing)


def _free_slug(name: str) -> str:
    base = slugify(name)[:32] or "survey"
    taken = set(Survey.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
