"""The touchpoint map in words: what stands out, and the classes with their signs."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from feedback import labels
from feedback.templatetags.feedback import percent
from surveys.experience import Felt
from surveys.touchpoints import Map, Row

NAMES = {
    Felt.DELIGHTED: pgettext_lazy("how customers found it", "delighted"),
    Felt.SATISFIED: pgettext_lazy("how customers found it", "satisfied"),
    Felt.INDIFFERENT: pgettext_lazy("how customers found it", "indifferent"),
    Felt.DISSATISFIED: pgettext_lazy("how customers found it", "dissatisfied"),
}
SIGNS = {Felt.DELIGHTED: "★", Felt.SATISFIED: "▲", Felt.INDIFFERENT: "●", Felt.DISSATISFIED: "▼"}
KINDS = {  # of app.css
    Felt.DELIGHTED: "delighted", Felt.SATISFIED: "positive",
    Felt.INDIFFERENT: "neutral", Felt.DISSATISFIED: "negative",
}  # fmt: skip
NOWHERE = gettext_lazy("Nobody said where")


def name(row: Row) -> str:
    return row.name or str(NOWHERE)


def findings(found: Map) -> Iterator[str]:
    """A sentence for each touchpoint that is surely worse than the others; else one that says so."""
    for row in found.worst:
        yield _worse(row)
    if not found.worst and found.all.share(Felt.DISSATISFIED) is not None:
        yield _("No touchpoint is worse than the others by more than chance would have it.")


def _worse(row: Row) -> str:
    share, interval = row.share(Felt.DISSATISFIED), row.interval(Felt.DISSATISFIED)
    assert interval is not None  # else nothing could be said to be worse
    words = {"place": row.name, "share": percent(share), "n": row.n}
    words |= {"low": percent(interval[0]), "high": percent(interval[1])}
    said = _(
        "%(place)s: %(share)s of %(n)s are dissatisfied (95 %%: %(low)s to %(high)s), more than elsewhere."
    )
    if not row.problem:
        return said % words
    words |= {"problem": labels.known(labels.PROBLEMS, row.problem), "times": row.problem_n}
    more = _("What they name most often: %(problem)s (%(times)s).")
    return f"{said % words} {more % words}"
