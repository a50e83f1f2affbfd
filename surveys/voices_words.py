"""Those who say nothing, in sentences: how many, how they buy, and how far an estimate of them carries."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.templatetags.feedback import percent
from surveys.voices import FOLLOWED, SPEAK, Group, Report, Row
from surveys.weighting import FEWEST, Corrected, Trial

GROUPS = [
    (Group.SILENT.value, gettext_lazy("Said nothing")),
    (Group.SPOKE.value, gettext_lazy("Spoke, without a complaint")),
    (Group.COMPLAINED.value, gettext_lazy("Complained")),
]
NAMES = dict(GROUPS)
MEASURES = {"nps": gettext_lazy("recommendation (NPS)"), "csat": gettext_lazy("satisfied (CSAT), in %")}
ESTIMATES = {
    "said": gettext_lazy("Those who answered, as they are"),
    "cells": gettext_lazy("All buyers, by kinds of order"),
    "weighted": gettext_lazy("All buyers, answers weighted by the chance of one"),
    "corrected": gettext_lazy("All buyers, both together"),
    "bounds": gettext_lazy("Whatever the silent think: between"),
}


def findings(report: Report) -> Iterator[str]:
    """The short of it: a sentence each."""
    silent = report.row(Group.SILENT)
    if silent.share is None or silent.interval is None:
        return
    words = {"share": percent(silent.share), "low": percent(silent.interval[0])}
    words |= {"high": percent(silent.interval[1]), "days": str(SPEAK)}
    yield _(
        "%(share)s of the buyers said nothing within %(days)s days of their order "
        "(95 %% interval %(low)s to %(high)s)."
    ) % words  # fmt: skip
    if told := _again(report):
        yield told
    if silent.stopped:
        yield ngettext(
            "%(n)s of the silent bought nothing since: nobody will ever hear why unless somebody asks.",
            "%(n)s of the silent bought nothing since: nobody will ever hear why unless somebody asks.",
            silent.stopped,
        ) % {"n": silent.stopped}

    if report.asked:
        yield _asked(report)


@dataclass(frozen=True, slots=True)
class Step:
    """What to ask next. `leads_to`: stopped, silent (customers) or surveys; `label` of that link."""

    words: str
    leads_to: str
    label: Promise | str
    who: str = ""  # of the silent, as their list is asked for


def next_steps(report: Report) -> Iterator[Step]:
    """What would tell most of the silent, the most urgent first."""
    silent, found = report.row(Group.SILENT), report.corrected
    unasked, unanswered = silent.n - report.asked_silent, report.asked_silent
    if silent.stopped:
        yield Step(
            _("Ask those who bought nothing since what the reason was: one call each is enough."),
            "stopped", _("Silent, and bought nothing since"),
        )  # fmt: skip
    if unasked:
        words = ngettext(
            "%(n)s of the silent was never asked about the order. "
            "Ask every buyer, or a fair draw of them.",
            "%(n)s of the silent were never asked about their order. "
            "Ask every buyer, or a fair draw of them.",
            unasked,
        )  # fmt: skip
        yield Step(words % {"n": unasked}, "surveys", _("Surveys, and whom they ask"), "unasked")
    if unanswered and not (found and any(one.name == "late" for one in found.trials)):
        words = ngettext(
            "%(n)s was asked and did not answer. Remind them once: who answers only then is most like those "
            "who never do.",
            "%(n)s were asked and did not answer. Remind them once: who answers only then is most like those "
            "who never do.",
            unanswered,
        )  # fmt: skip
        yield Step(words % {"n": unanswered}, "surveys", _("Surveys, and when they remind"), "asked")
    if found and found.why_not in _BY_VOICE:
        yield Step(str(_BY_VOICE[found.why_not]), "silent", _("All who said nothing"))


_BY_VOICE = {
    "unseen": gettext_lazy(
        "Of some kinds of order nobody answers at all. Reach them another way: a call, a text message, a "
        "code in the parcel."
    ),
    "still_differ": gettext_lazy(
        "Who has to be pressed answers otherwise. Draw some twenty of the silent by lot and ask them "
        "yourselves, by phone, the question of the survey."
    ),
}


def _asked(report: Report) -> str:
    """How many were asked, and for how many each of the few who answered stands."""
    answers = report.corrected.answers if report.corrected else 0
    words: dict[str, object] = {"asked": report.asked, "buyers": report.counted, "answers": answers}
    if not answers:
        return _("%(asked)s of %(buyers)s buyers were asked about their order; nobody answered.") % words
    each = report.counted / answers
    words["each"] = f"{each:.0f}" if each >= 2 else f"{each:.1f}"
    return _(
        "%(asked)s of %(buyers)s buyers were asked about their order and %(answers)s answered: one answer "
        "stands for %(each)s buyers."
    ) % words  # fmt: skip


def _again(report: Report) -> str:
    """Silent beside those who complained: whether the difference can be chance stands in the intervals."""
    silent, complained = report.row(Group.SILENT), report.row(Group.COMPLAINED)
    if min(silent.followed, complained.followed) < FEWEST:
        return ""
    words = {"days": FOLLOWED, "silent": percent(silent.again_share), "told": percent(complained.again_share)}
    if _apart(silent, complained):
        return _(
            "Within %(days)s days %(silent)s of the silent bought again, and %(told)s of those who "
            "complained."
        ) % words  # fmt: skip
    return _(
        "Within %(days)s days %(silent)s of the silent bought again and %(told)s of those who complained: "
        "the difference may be chance."
    ) % words  # fmt: skip


def _apart(one: Row, other: Row) -> bool:
    first, second = one.again_interval, other.again_interval
    return bool(first and second and (first[1] < second[0] or second[1] < first[0]))


def verdict(found: Corrected | None) -> tuple[str, str]:
    """What the estimate is worth: a kind (good, warn or nothing) and the sentence."""
    if found is None:
        return "nothing", _("Nobody of them was asked about the order: nothing can be learned of the silent.")
    if found.why_not == "few":
        words = {"n": found.answers, "fewest": FEWEST}
        return "nothing", _(
            "Too few answered to say anything of the others (n = %(n)s, at least %(fewest)s are needed)."
        ) % words  # fmt: skip
    if found.why_not == "unseen":
        return "warn", _(
            "This cannot be corrected: of the kind of %(share)s of the buyers nobody answered at all. "
            "Only the widest bounds are certain."
        ) % {"share": percent(found.unseen)}  # fmt: skip
    if found.why_not == "still_differ":
        return "warn", _(
            "This cannot be corrected: who needed more to answer – a reminder, a reward – answers otherwise "
            "than others with the same orders. So those who still say nothing differ in something that "
            "nobody knows. Only the widest bounds are certain."
        )
    if not found.is_tried:
        return "warn", _(
            "Corrected as far as their orders tell. Whether the silent differ in anything else cannot be "
            "tried here: too few answered after a reminder, and no reward was promised to a part of them."
        )
    return "good", _(
        "Corrected as far as their orders tell. Those who answered late or for a reward answer like others "
        "with the same orders: no sign that the silent differ in anything else. It is no proof."
    )


def trial(one: Trial) -> str:
    words = {"n": one.n, "by": f"{one.difference:+.1f}".replace("-", "−"), "error": f"{one.error:.1f}"}
    if one.name == "late":
        return _(
            "%(n)s who answered after a reminder: %(by)s beside others with the same orders (± %(error)s)."
        ) % words  # fmt: skip
    return _(
        "%(n)s who were promised a reward: %(by)s beside others with the same orders (± %(error)s)."
    ) % words  # fmt: skip
