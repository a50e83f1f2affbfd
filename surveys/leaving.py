"""REPORT: where people stopped who began a survey and did not finish it. Reads only, in two queries."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from surveys import piping
from surveys.models import Answer, Response, Survey
from surveys.questions import Question, said

STILL_AT_IT = timedelta(hours=1)  # whoever began later may be answering just now
MOST = 5_000  # of those who left, the latest
LOOKED_AT = 50_000  # of all surveys


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """`words` of the last question they answered; '' for who answered none. `share` of all who began."""

    words: str
    count: int
    share: float  # 0 to 1

    @property
    def width(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """`began`: who finished and who left, without who may still be at it. `stops` in the order asked."""

    began: int
    left: int
    stops: Sequence[Stop]
    is_cut: bool


def of(survey: Survey, asked: Sequence[Question], *, finished: int, language: str, now: datetime) -> Leaving:
    """`asked`: the questions of the newest version; what only an older one asked counts as none."""
    latest = list(islice(_gone(survey, now), MOST + 1))
    places = {question.id: place for place, question in enumerate(asked, 1)}
    last = dict.fromkeys(latest[:MOST], 0)
    for response, question in Answer.objects.filter(response__among=list(last)).values_list(
        "response", "question"
    ):
        last[response] = max(last[response], places.get(question, 0))
    counts, began = Counter(last.values()), finished + len(last)
    named = ["", *(piping.fill(said(question.words, language), {}, language) for question in asked)]
    stops = [
        Stop(words=words, count=counts[place], share=counts[place] / began)
        for place, words in enumerate(named)
        if began
    ]
    return Leaving(began=began, left=len(last), stops=stops, is_cut=len(latest) > MOST)


def _gone(survey: Survey, now: datetime) -> Iterator[int]:
    """Their responses, the latest first. Of all surveys, from an index of its own: few stop, and a database
    that begins with the invitations of one survey looks at each of them."""
    gone = Response.objects.filter(state=Response.State.STARTED, started_at__lt=now - STILL_AT_IT)
    rows = gone.order_by("-started_at").values_list("pk", "invitation__survey")
    return (response for response, one in rows[:LOOKED_AT].iterator(MOST) if one == survey.pk)
