"""What people say a text means, kept beside what the machine read: correct it, take that back, hand it on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from feedback import cases, followers, journal, totals
from feedback.models import Analysis, Case, Comment, Decision, Mention, Theme, User


class Stale(RuntimeError):
    """Somebody else corrected it first, or the words were edited; look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says of a text, whole: its sentiment, its problem, and all its themes with polarity."""

    sentiment: str
    problem: str
    themes: Mapping[str, str] = field(default_factory=dict)


def correct(comment: Comment, said: Said, *, by: User, edition: int) -> None:
    """Keep what a person says, totals following. `edition` is that of the analysis they looked at.

    A decision that may still be acted on is made anew when the problem is another. Raises Stale.
    """
    with journal.recording():
        analysis = _locked(comment, edition)
        problem = analysis.final_problem
        with totals.following([analysis.comment]):
            _keep_themes(analysis.comment, said.themes)
            _save(analysis, sentiment=said.sentiment, problem=said.problem, by=by)
        followers.tell([analysis.comment])
        data = {"sentiment": said.sentiment, "problem": said.problem, "themes": dict(said.themes)}
        journal.log("reading corrected", comment, by=by, edition=edition + 1, **data)
        _decide_again(analysis, was=problem)


def withdraw(comment: Comment, *, by: User, edition: int) -> None:
    """The machine's reading counts again. Raises Stale."""
    with journal.recording():
        analysis = _locked(comment, edition)
        if analysis.corrected_at is None:
            raise Stale(comment.public_id)
        problem = analysis.final_problem
        with totals.following([analysis.comment]):
            mentions = Mention.objects.filter(comment=comment)
            mentions.filter(polarity="").delete()
            mentions.update(corrected_polarity="")
            _save(analysis, sentiment="", problem="", by=None)
        followers.tell([analysis.comment])
        journal.log("reading correction withdrawn", comment, by=by, edition=edition + 1)
        _decide_again(analysis, was=problem)


def themes_of(comment: Comment) -> dict[str, str]:
    """The themes that count, by slug, each with its polarity. Two queries."""
    told = Mention.objects.filter(comment=comment).told()
    return totals.merged(((slug, polarity) for _key, slug, polarity in told), totals.roots())


def _locked(comment: Comment, edition: int) -> Analysis:
    """The row of the comment is what a reading, an edit and a correction wait at for each other."""
    held = Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk, superseded_by=None).first()
    analysis = Analysis.objects.filter(comment=held, edition=edition).first() if held else None
    if held is None or analysis is None:
        raise Stale(comment.public_id)
    analysis.comment = held
    return analysis


def _save(analysis: Analysis, *, sentiment: str, problem: str, by: User | None) -> None:
    analysis.corrected_sentiment, analysis.corrected_problem = sentiment, problem
    analysis.corrected_themes, analysis.corrected_by = by is not None, by
    analysis.corrected_at = timezone.now() if by else None
    analysis.edition += 1
    analysis.save()


def _keep_themes(comment: Comment, given: Mapping[str, str]) -> None:
    """Every theme of the text gets the person's word: a polarity, or that it is not there."""
    root = totals.roots()
    left = totals.merged(given.items(), root)  # a theme may have been merged a moment ago
    said = dict(left)
    Mention.objects.filter(comment=comment, polarity="").delete()
    for mention in Mention.objects.filter(comment=comment).select_related("theme"):
        under = root[mention.theme.slug]
        mention.corrected_polarity = said.get(under, Mention.GONE)
        mention.save(update_fields=["corrected_polarity"])
        left.pop(under, None)
    new = Theme.objects.filter(slug__in=left)
    Mention.objects.bulk_create(
        Mention(comment=comment, theme=theme, corrected_polarity=left[theme.slug]) for theme in new
    )


def _decide_again(analysis: Analysis, *, was: str) -> None:
    """Who drafted on the old problem sees that the facts have changed. What is done stays as it was done."""
    if analysis.final_problem == was:
        return
    comment = analysis.comment
    if not Decision.objects.filter(comment=comment, is_current=True).exists():
        return
    case = Case.objects.filter(comment=comment).first()
    if case is not None and case.state not in (Case.State.OPEN, Case.State.WAITING):
        return
    comment.analysis = analysis
    cases.decide_many([comment], timezone.now(), cases={comment.pk: case} if case else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A text that a person looked at, with what they said; `lang` is vi, en or None."""

    text: str
    lang: str | None
    source: str
    said: Said


def newest(most: int) -> Iterator[Corrected]:
    """The texts looked at last, oldest of them first; erased words are gone. Two queries."""
    rows = Analysis.objects.exclude(corrected_at=None).exclude(comment__text="", comment__title="")
    found = list(rows.select_related("comment").order_by("-corrected_at", "-pk")[:most])[::-1]
    themes: dict[int, dict[str, str]] = {analysis.pk: {} for analysis in found}
    for key, slug, polarity in Mention.objects.filter(comment__analysis__corrected_themes=True).told():
        themes.setdefault(key, {})[slug] = polarity
    for analysis in found:
        yield Corrected(
            text=analysis.comment.words,
            lang=analysis.lang if analysis.lang in ("vi", "en") else None,
            source=analysis.comment.source,
            said=Said(
                sentiment=analysis.corrected_sentiment,
                problem=analysis.corrected_problem,
                themes=themes[analysis.pk],
            ),
        )


def how_many() -> int:
    return Analysis.objects.exclude(corrected_at=None).count()
