"""Make a survey and publish its questions; a published version never changes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Max

from feedback import journal
from feedback.models import User
from surveys import counting, definitions, invariance, pictures, reach, sheets
from surveys.models import Survey, SurveyVersion
from surveys.questions import Definition

_SHIPPED = Path(__file__).parent / "shipped"
POST_PURCHASE = "post_purchase"


def shipped(name: str = POST_PURCHASE) -> dict[str, Any]:
    """One of the definitions that come with the project."""
    definition: dict[str, Any] = json.loads((_SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    return definition


class Faulty(ValueError):
    """It can be read, and must not be asked: `faults` by surveys.reach, invariance and pictures."""

    def __init__(self, faults: Sequence[reach.Fault | invariance.Fault | pictures.Missing]):
        super().__init__(", ".join(f"{fault.question}: {fault.key}" for fault in faults))
        self.faults = faults


def refuse_faulty(definition: Definition) -> None:
    """Raises Faulty. The shop's touchpoints are put in first: a question may offer nothing without them."""
    offered = sheets.as_choices(sheets.offered_touchpoints()) if definition.asks_for_touchpoint else ()
    whole = definition.with_touchpoints(offered)
    faults: list[reach.Fault | invariance.Fault] = [*reach.explore(whole).faults]
    faults += invariance.faults(whole)
    if faults:
        raise Faulty(faults)


def publish(
    survey: Survey, definition: Mapping[str, Any], *, now: datetime, by: User | None = None
) -> SurveyVersion:
    """The next version, asked from now on; the survey goes live. Raises BadDefinition, Faulty."""
    refuse_faulty(definitions.load(definition))
    with journal.recording():
        Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)  # two publishers get two numbers
        last = survey.versions.aggregate(last=Max("number"))["last"] or 0
        version = survey.versions.create(number=last + 1, definition=definition, published_at=now)
        Survey.objects.filter(pk=survey.pk).update(state=Survey.State.LIVE)
        counting.follow(survey)
        journal.log("survey published", survey, by=by, version=version.number)
    sheets.forget()
    survey.state = Survey.State.LIVE
    return version


def start_post_purchase(
    *,
    name: str,
    reward_amount: Decimal | None,
    currency: str,
    now: datetime,
    by: User | None = None,
    slug: str = "post-purchase",
    **settings: Any,
) -> Survey:
    """The shipped survey, live. `settings`: budget, reward_days, reward_minimum_order, days_to_answer."""
    with journal.recording():
        survey = Survey.objects.create(
            slug=slug,
            name=name,
            reward_amount=reward_amount,
            reward_currency=currency,
            made_at=now,
            **settings,
        )
        publish(survey, shipped(), now=now, by=by)
    return survey
