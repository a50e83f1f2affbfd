"""What the pages say of how a complaint is handled: archetypes in plain words, their reasons, what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback import archetypes
from feedback.archetypes import Archetype, Step
from feedback.models import Handling

WHAT_TO_DO = {
    Archetype.PASSIONATE: gettext_lazy(
        "Look at this one first. Do something about it and tell them what: that they took the trouble is"
        " worth much."
    ),
    Archetype.ANNOYED: gettext_lazy(
        "Listen, put it right, and try to win them back if they are worth it. Say so below."
    ),
    Archetype.CRITIC: gettext_lazy(
        "Keep an ear open: look whether it is true. What is true is put right for good; what is not may rest."
    ),
    Archetype.HATER: gettext_lazy(
        "Answer the claim once, with facts, and leave the rest. The claim counts and its clock runs as for"
        " all; a second message waits for an approver."
    ),
}
STEPS = {
    Step.VERDICT: gettext_lazy("say whether it is true"),
    Step.WORTH: gettext_lazy("say whether they are worth winning back"),
    Step.DONE: gettext_lazy("say what was done about it"),
    Step.TOLD: gettext_lazy("tell them what was done"),
}


def reasons(row: Handling) -> list[str]:
    """In the reader's language, in the order of the rule."""
    said: Mapping[str, Sequence[float]] = row.reasons
    return [_SAY[name](said[name]) for name in archetypes.REASONS if name in said]


def _loyal(numbers: Sequence[float]) -> str:
    orders, days = int(numbers[0]), int(numbers[1])
    return ngettext(
        "%(n)s order in %(months)s months", "%(n)s orders in %(months)s months", orders
    ) % {"n": orders, "months": max(1, days // 30)}  # fmt: skip


def _often(numbers: Sequence[float]) -> str:
    n = int(numbers[0])
    said = ngettext(
        "%(n)s complaint before this one within a year", "%(n)s complaints before this one within a year", n
    )
    return said % {"n": n}  # fmt: skip


def _insults(numbers: Sequence[float]) -> str:
    n = int(numbers[0])
    return ngettext("%(n)s text with abusive words", "%(n)s texts with abusive words", n) % {"n": n}


def _checked(numbers: Sequence[float]) -> str:
    true, checked = int(numbers[0]), int(numbers[1])
    return _("%(true)s of %(checked)s that were looked into were true") % {"true": true, "checked": checked}


def _stars(numbers: Sequence[float]) -> str:
    return _("%(stars)s stars on average before, of %(n)s") % {"stars": numbers[0], "n": int(numbers[1])}


_SAY: Mapping[str, Any] = {
    "loyal": _loyal,
    "leaves": lambda numbers: _("says that they may leave us"),
    "fell": lambda numbers: (
        _("bought %(percent)s %% less in this half year than in the one before")
        % {"percent": int(numbers[0])}
    ),
    "fond": _stars,
    "harsh": _stars,
    "insults": _insults,
    "often": _often,
    "never_true": lambda numbers: _checked((0, numbers[0])),
    "mostly_true": _checked,
}
