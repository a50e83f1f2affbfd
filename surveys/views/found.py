"""What a survey found: filtered, over time, side by side, in words; and all of it to take along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import charts, journal, shop
from feedback.models import Comment, Mention
from feedback.models.words import WhyItCame
from feedback.roles import Role, allow
from feedback.views import downloads
from surveys import breakdown, counting, exports, results
from surveys.breakdown import Row
from surveys.counting import Where
from surveys.measures import Measured
from surveys.models import Survey
from surveys.questions import Kind, Question
from surveys.result_forms import ResultsFilter

READERS = (Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE)
MOST_COMMENTS = 20
COLUMNS = ("section", "part", "question", "figure", "count", "n", "value", "low", "high", *WhyItCame.values)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    results: results.Results
    parts: Sequence[Row]
    spans: Sequence[Row]
    scored: Sequence[Question]
    behind: int = 0  # responses that are not in it yet


def find(one: Survey, form: ResultsFilter, language: str) -> Found:
    """Some ten queries, however many answers."""
    chosen = form.cleaned_data
    rest = counting.rest(one.pk)
    edition = counting.edition(one.pk)
    where = Where(survey=one.pk, start=chosen["start"], end=chosen["end"], part=form.chosen, edition=edition)
    found = results.of(one, language, where, rest)
    scored = [*breakdown.scored(found.asked), *results.score(found.asked)]
    return Found(
        results=found,
        parts=breakdown.by(where, rest, chosen["part"], scored, language),
        spans=breakdown.over_time(where, rest, scored, language, period=chosen["period"]),
        scored=scored,
        behind=counting.behind(one.pk, rest),
    )


def context(request: HttpRequest, one: Survey) -> dict[str, Any]:
    """For the survey's page. With a filter that cannot be used, nothing is shown until it is changed."""
    form, language = ResultsFilter(request.GET, today=shop.day(timezone.now())), get_language()
    if not form.is_valid():
        return {"filter": form, "results": results.nothing(one)}
    found = find(one, form, language)
    shown = form.as_shown()
    return {
        "filter": ResultsFilter(shown, today=form.today),
        "results": found.results,
        "answered": sum(row.n for row in found.spans),
        "behind": found.behind,
        "mix": _mix(found.spans),
        "whys": WhyItCame.choices,
        "heads": [one for one in found.results.measured if one.id in {each.id for each in found.scored}],
        "parts": found.parts,
        "part_words": dict(form.fields["part"].choices)[form.cleaned_data["part"]],
        "spans": list(_named(found.spans, form, language))[::-1],
        "comments": _comments(one, form),
        "results_csv": f"{reverse('survey_results_csv', args=[one.public_id])}?{urlencode(shown)}",
        "results_xlsx": f"{reverse('survey_results_xlsx', args=[one.public_id])}?{urlencode(shown)}",
        "comments_url": f"{reverse('comments')}?{urlencode(_same_days(shown))}",
        **_figure(found, form, language),
    }


@allow(*READERS)
@require_safe
def results_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _figures(request, public_id, downloads.csv_of)


@allow(*READERS)
@require_safe
def results_xlsx(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _figures(request, public_id, downloads.xlsx_of)


def _figures(request: HttpRequest, public_id: str, write: downloads.Write) -> HttpResponseBase:
    """The numbers of the page, one figure a line."""
    one = get_object_or_404(Survey, public_id=public_id)
    form = ResultsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    return write([COLUMNS, *lines(find(one, form, get_language()), form)], _file_name(one, "results"))


@allow(*READERS)
@require_safe
def answers(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    """Each response, without who gave it."""
    return _export(get_object_or_404(Survey, public_id=public_id), kind, personal=False)


@allow(Role.MANAGER)
@require_POST
def answers_with_names(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """With who gave it: for managers, and it is noted who took it along."""
    one, kind = get_object_or_404(Survey, public_id=public_id), request.POST.get("kind", "csv")
    if kind not in TYPES:
        raise Http404
    with journal.recording():
        journal.log("answers with names exported", one, by=request.user, kind=kind)
    return _export(one, kind, personal=True)


def _export(one: Survey, kind: str, *, personal: bool) -> HttpResponseBase:
    language = get_language()
    name = _file_name(one, "answers")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    rows: Iterator[str] | Iterator[bytes]
    match kind:
        case "csv":
            rows = exports.as_csv(one, language, personal=personal)
        case "json":
            rows = exports.as_json(one, language, personal=personal)
        case "xlsx":
            rows = exports.as_xlsx(one, language, personal=personal)
        case _:
            raise Http404
    return StreamingHttpResponse(rows, content_type=TYPES[kind], headers=headers)


def _file_name(one: Survey, what: str) -> str:
    return f"{what}-{one.slug}-{shop.day(timezone.now())}"


def lines(found: Found, form: ResultsFilter) -> Iterator[list[Any]]:
    for measured in found.results.measured:
        yield from _measured_lines("all", "", measured, {})
    for section, rows in (
        (form.cleaned_data["part"], found.parts),
        (form.cleaned_data["period"], found.spans),
    ):
        for row in rows:
            yield [section, row.words or row.id, "", "answered", row.n, row.n, None, None, None, *row.reasons]
            for measured in row.scores:
                if measured.n:
                    yield from _measured_lines(section, row.words or row.id, measured, row.mix)


def _measured_lines(
    section: str, part: str, measured: Measured, mix: Mapping[str, int]
) -> Iterator[list[Any]]:
    reasons = _reasons(mix) if mix else []
    if (score := measured.score) is not None and score.value is not None:
        low, high = (round(end, 3) for end in score.interval) if score.interval else (None, None)
        yield [
            section,
            part,
            measured.id,
            score.name,
            None,
            score.n,
            round(score.value, 3),
            low,
            high,
            *reasons,
        ]
    groups = measured.groups or [("", measured.shares)]
    for group, shares in groups:
        for share in shares:
            name = f"{group}: {share.words}" if group else share.words
            low, high = share.interval or (0.0, 0.0)
            yield [section, part, measured.id, name, share.count, share.n, round(share.share, 4),
                   round(low, 4), round(high, 4), *reasons]  # fmt: skip


def _reasons(mix: Mapping[str, int]) -> list[int]:
    return [mix.get(why, 0) for why in WhyItCame.values]


def _mix(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """How many came for which reason, those nobody came for as well (S4-1)."""
    total: dict[str, int] = {}
    for row in rows:
        for why, n in row.mix.items():
            total[why] = total.get(why, 0) + n
    return [(str(words), total.get(why, 0)) for why, words in WhyItCame.choices]


def _named(spans: Sequence[Row], form: ResultsFilter, language: str) -> Iterator[tuple[str, Row]]:
    return zip(_dates(spans, form, language), spans, strict=True)


def _dates(spans: Sequence[Row], form: ResultsFilter, language: str) -> tuple[str, ...]:
    days = [date.fromisoformat(row.id) for row in spans]
    return charts.date_labels(days, step=form.cleaned_data["period"], language=language)


def _figure(found: Found, form: ResultsFilter, language: str) -> dict[str, Any]:
    """One question over time: the one asked for, else the first that comes to a figure."""
    if len(found.spans) < 2 or not found.scored or not any(row.n for row in found.spans):
        return {}
    wanted = form.cleaned_data["question"]
    drawn = next((one for one in found.scored if one.id == wanted), found.scored[0])
    lines = breakdown.lines(found.spans, drawn)
    series = [charts.Series(line.words, line.points) for line in lines]
    is_share = drawn.kind not in (Kind.STARS, Kind.EFFORT, Kind.NUMBER)
    return {
        "figure": charts.line_figure(
            series, _dates(found.spans, form, language), others=pgettext("parts", "the rest")
        ),
        "drawn": next(one for one in found.results.measured if one.id == drawn.id),
        "unit": "%" if is_share else "",
        "finding": _finding(lines, "%" if is_share else ""),
    }


def _finding(lines: Sequence[breakdown.Line], unit: str) -> str:
    """Each line's first and last point in words; of a single point it says that one."""
    said = []
    for line in lines:
        known = [f"{floatformat(point, '-1g')}{unit}" for point in line.points if point is not None]
        if len(known) > 1:
            words = {"name": line.words, "first": known[0], "last": known[-1]}
            said.append(_("%(name)s: from %(first)s to %(last)s") % words)
        elif known:
            said.append(f"{line.words}: {known[0]}")
    return "; ".join(said)


def _comments(one: Survey, form: ResultsFilter) -> list[Comment]:
    """The newest words, with their themes and their case. Four queries."""
    chosen = form.cleaned_data
    said = Comment.objects.filter(
        answer__response__invitation__survey=one,
        said_at__gte=_first_moment(chosen["start"]),
        said_at__lt=_first_moment(chosen["end"] + timedelta(days=1)),
    ).exclude(text="")
    for name, value in (("why", chosen["why"]), ("answer__response__language", chosen["language"])):
        said = said.filter(**{name: value}) if value else said
    mentions = Mention.objects.counted().select_related("theme").order_by("theme__position")
    found = said.select_related("analysis", "case").prefetch_related(Prefetch("mentions", mentions))
    comments = list(found.order_by("-said_at", "-pk")[:MOST_COMMENTS])
    language = get_language()
    for comment in comments:
        comment.themes = [(each.theme.name(language), each.final) for each in comment.mentions.all()]
    return comments


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=shop.zone())


def _same_days(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name in ("from", "to")} | {"channel": "survey"}
