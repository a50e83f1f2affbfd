"""What the report of contacts says, in sentences: where people are less satisfied, and what moves with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.contact_words import WEEKDAYS
from feedback.contacting.patterns import Finding, Gap, Side

DIFFERS = 1.25  # times: from here on, how many come or how much one person has to do is worth a word


def clock(seconds: float | None) -> str:
    """2:05 for two minutes and five seconds; with hours where there are any."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def share(value: float | None) -> str:
    return "–" if value is None else f"{number_format(round(value * 100))}%"


def points(value: float) -> str:
    """Of a difference of shares, without its sign: 6.1 for .061."""
    return number_format(abs(value) * 100, decimal_pos=1)


def where(finding: Finding, reasons: Mapping[str, str]) -> str:
    """Monday and Tuesday; 16:00 to 20:00; Friday 14:00 to 15:00, Delivery."""
    parts = []
    if finding.weekdays:
        parts.append(_days(finding.weekdays))
    if finding.hours:
        first, last = finding.hours[0], finding.hours[-1] + 1
        parts.append(_("%(first)s to %(last)s") % {"first": f"{first}:00", "last": f"{last}:00"})
    if finding.reasons:
        parts.append(", ".join(reasons.get(name, name) for name in finding.reasons))
    return " · ".join(parts)


def _days(places: Sequence[int]) -> str:
    names = [str(WEEKDAYS[place]) for place in places]
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return _("%(first)s and %(last)s") % {"first": names[0], "last": names[1]}
    return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}


def said(
    finding: Finding, everything: int, reasons: Mapping[str, str], per_person: Any = None
) -> dict[str, Any]:
    """A finding for the page. `everything`: contacts of the whole time. `per_person`: contacts for one person
    in an hour, inside and outside, where it is known how many answered."""
    return {
        "where": where(finding, reasons),
        "is_low": finding.is_low,
        "size": _size(finding),
        "waiting": _waiting(finding),
        "moves": finding.waiting is not None and finding.waiting.moves,
        "volume": _volume(finding, everything),
        "load": _load(per_person),
    }


def _size(finding: Finding) -> str:
    inside = share(finding.inside.share)
    words = {"inside": inside, "n": number_format(finding.inside.known, use_l10n=True, force_grouping=True)}
    words |= _ends(finding.gap)
    if finding.expected is not None:
        words["expected"] = share(finding.expected)
        return (
            _("%(inside)s of %(n)s are satisfied, where this hour, this day and this reason let expect"
              " %(expected)s (95 %%: %(near)s to %(far)s points apart).") % words
        )  # fmt: skip
    words["outside"] = share(finding.outside.share)
    if finding.is_low:
        return (
            _("Fewer are satisfied: %(inside)s of %(n)s, against %(outside)s otherwise (all else alike,"
              " 95 %%: %(near)s to %(far)s points fewer).") % words
        )  # fmt: skip
    return (
        _("More are satisfied: %(inside)s of %(n)s, against %(outside)s otherwise (all else alike,"
          " 95 %%: %(near)s to %(far)s points more).") % words
    )  # fmt: skip


def _ends(gap: Gap) -> dict[str, str]:
    near, far = sorted((abs(gap.low), abs(gap.high)))
    return {"near": points(near), "far": points(far)}


def _waiting(finding: Finding) -> str:
    waiting, inside, outside = finding.waiting, finding.inside, finding.outside
    if finding.kind == "cell":
        return _wait_beside(inside, outside)
    if waiting is None:
        return _("How long people waited is known of too few to say whether it moves with this.")
    words = {
        "inside": clock(inside.wait), "outside": clock(outside.wait), "whole": points(finding.gap.size),
        "left": points(waiting.alike.size),
    }  # fmt: skip
    if not waiting.moves:
        said = _("Waiting time does not move with it: %(inside)s minutes on average, against %(outside)s.")
        return said % words
    if waiting.explained(finding.gap) >= 0.5:
        said = _("Waiting time moves with it: %(inside)s minutes on average, against %(outside)s.")
    else:
        said = _(
            "Waiting time moves with it, and is a part of it at most: %(inside)s minutes on average, against "
            "%(outside)s."
        )
    left = _("Among people who waited equally long, %(left)s of the %(whole)s points are left.")
    return f"{said % words} {left % words}"


def _wait_beside(inside: Side, outside: Side) -> str:
    if inside.wait is None or outside.wait is None:
        return ""
    words = {"inside": clock(inside.wait), "outside": clock(outside.wait)}
    return _("They wait %(inside)s minutes on average, against %(outside)s.") % words


def _volume(finding: Finding, everything: int) -> str:
    if finding.kind in ("cell", "reason") or not everything:
        return ""
    inside, outside = finding.inside, finding.outside
    part = share(inside.n / everything)
    if finding.kind == "weekdays":
        said = ngettext(
            "%(part)s of all contacts come on this day.", "%(part)s of all contacts come on these days.",
            len(finding.weekdays),
        )  # fmt: skip
    else:
        said = _("%(part)s of all contacts come in these hours.")
    said = said % {"part": part}
    if inside.per_hour >= DIFFERS * outside.per_hour or outside.per_hour >= DIFFERS * inside.per_hour:
        words = {"inside": _rate(inside.per_hour), "outside": _rate(outside.per_hour)}
        said += " " + _("That is %(inside)s an hour, against %(outside)s.") % words
    return said


def _load(per_person: Any) -> str:
    if not per_person or None in per_person:
        return ""
    inside, outside = per_person
    if max(inside, outside) < DIFFERS * min(inside, outside):
        return ""
    words = {"inside": _rate(inside), "outside": _rate(outside)}
    return _("One person has %(inside)s contacts an hour then, against %(outside)s otherwise.") % words


def _rate(value: float) -> str:
    return number_format(value, decimal_pos=0 if value >= 10 else 1)
