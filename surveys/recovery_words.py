"""The recovery return in sentences: what stands out, whether it was so before, and why nothing is said."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from feedback import money
from feedback.templatetags.feedback import percent, signed_percent
from surveys.cohorts import Cohort
from surveys.resampling import Estimate
from surveys.spending import FEWEST, FEWEST_BUYERS, Comparison, Group, Return

# S0-1: each customer is in exactly one.
COHORTS = [
    (Cohort.NO_PROBLEM.value, gettext_lazy("No problem")),
    (Cohort.RESOLVED_FIRST.value, gettext_lazy("Solved the first time they told us")),
    (Cohort.NOT_RESOLVED.value, gettext_lazy("Not solved the first time")),
    (Cohort.UNKNOWN.value, gettext_lazy("Not known: not told us, or not said")),
]
NAMES = dict(COHORTS)
_ONE = {
    Cohort.NO_PROBLEM: pgettext_lazy("begins a sentence", "Customers without a problem"),
    Cohort.RESOLVED_FIRST: pgettext_lazy(
        "begins a sentence", "Customers whose problem was solved the first time"
    ),
    Cohort.NOT_RESOLVED: pgettext_lazy(
        "begins a sentence", "Customers whose problem was not solved the first time"
    ),
    Cohort.UNKNOWN: pgettext_lazy("begins a sentence", "Customers of whom it is not known"),
}
_OTHER = {
    Cohort.NO_PROBLEM: pgettext_lazy("within a sentence", "those without a problem"),
    Cohort.RESOLVED_FIRST: pgettext_lazy(
        "within a sentence", "those whose problem was solved the first time"
    ),
    Cohort.NOT_RESOLVED: pgettext_lazy(
        "within a sentence", "those whose problem was not solved the first time"
    ),
    Cohort.UNKNOWN: pgettext_lazy("within a sentence", "those of whom it is not known"),
}
SAID = 3  # comparisons that become sentences: those of the article (S0-2)


def findings(found: Return, currency: str, language: str) -> Iterator[tuple[str, str]]:
    """A sentence for each comparison, and what it must be read with."""
    for one in found.comparisons[:SAID]:
        if one.after is None:
            yield _no_headline(one, found), ""
        else:
            yield headline(one, one.after), _before(one, currency, language)


def headline(one: Comparison, after: Estimate) -> str:
    """S0-2, with its interval; what may be chance is said to be."""
    words = {"one": _ONE[one.one], "other": _OTHER[one.other], "share": percent(abs(after.value))}
    words |= {"interval": interval_of_shares(after), "signed": signed_percent(after.value)}
    if not after.is_certain:
        return (
            _("%(one)s beside %(other)s: %(signed)s, which may be chance (95 %% interval %(interval)s).")
            % words
        )
    if after.value < 0:
        return _("%(one)s then spent %(share)s less than %(other)s (95 %% interval %(interval)s).") % words
    return _("%(one)s then spent %(share)s more than %(other)s (95 %% interval %(interval)s).") % words


def interval_of_shares(one: Estimate) -> str:
    high = _("no end that can be told") if one.high is None else signed_percent(one.high)
    return _("%(low)s to %(high)s") % {"low": signed_percent(one.low), "high": high}


def signed_money(amount: float, currency: str, language: str) -> str:
    worth = money.format_money(Decimal(str(round(abs(amount), 2))), currency, language)
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{worth}"


def why_nothing(group: Group) -> str:
    """Of one cohort, why there is no figure or no headline."""
    words = {"n": group.n, "fewest": FEWEST, "bought": group.bought, "buyers": FEWEST_BUYERS}
    if group.why_not == "few":
        return _("too few to say (n = %(n)s, at least %(fewest)s are needed)") % words
    if group.why_not == "few_bought":
        return _("%(bought)s of %(n)s bought again; at least %(buyers)s are needed to compare") % words
    return ""


def _no_headline(one: Comparison, found: Return) -> str:
    said = [
        f"{NAMES[group.cohort]}: {why_nothing(group)}"
        for group in (found.group(one.one), found.group(one.other))
        if group.why_not
    ]
    words = {"one": _ONE[one.one], "other": _OTHER[one.other], "why": "; ".join(said)}
    return _("%(one)s beside %(other)s: no headline. %(why)s.") % words


def _before(one: Comparison, currency: str, language: str) -> str:
    """S0-4: was it so before?"""
    if one.before is None or one.beyond is None:
        return _("Whether it was so before cannot be told: hardly any of them bought then.")
    low, high = one.beyond.low, one.beyond.high
    words = {
        "interval": interval_of_shares(one.before),
        "share": signed_percent(one.before.value),
        "beyond": signed_money(one.beyond.value, currency, language),
        "low": "–" if low is None else signed_money(low, currency, language),
        "high": "–" if high is None else signed_money(high, currency, language),
    }
    if one.was_different_before:
        return (
            _("They differed before already (%(share)s, %(interval)s), so part of it is who they are. Each "
              "beside their own months before, what is left is %(beyond)s a customer (%(low)s to %(high)s).")
            % words
        )  # fmt: skip
    return (
        _("In the months before there was no difference that could not be chance (%(share)s, %(interval)s). "
          "Each beside their own months before: %(beyond)s a customer (%(low)s to %(high)s).") % words
    )  # fmt: skip
