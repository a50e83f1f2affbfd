"""The policy in the reader's words: fields, values, errors, and the counter-example of a proof."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from feedback import labels
from feedback.money import format_money
from feedback.policy.canonical import number
from feedback.policy.decision import Decision as Decided
from feedback.policy.prove import INVARIANTS
from feedback.policy.statutory import StatutoryRight
from feedback.policy.terms import BadTerms
from feedback.policy.written import changes
from feedback.wording.compose import explain

SUMS = {
    "valued_from": gettext_lazy("A customer is valued from a lifetime value of"),
    "goodwill_at_most": gettext_lazy("One goodwill costs us at most"),
    "staff_limit": gettext_lazy("An approver decides above"),
    "shipping": gettext_lazy("Sending a parcel costs us"),
    "return": gettext_lazy("Taking a parcel back costs us"),
    "fee": gettext_lazy("Paying back costs us in fees"),
    "step": gettext_lazy("Credits are rounded down to"),
}
FIELDS = {
    "file": gettext_lazy("The file"),
    "version": gettext_lazy("Version"),
    "comment": gettext_lazy("Why"),
    "starts_on": gettext_lazy("In force from"),
    "ends_on": gettext_lazy("In force until"),
    "windows.investigate": gettext_lazy("Working days to find out what happened"),
    "windows.check_dispute": gettext_lazy("Working days to check a dispute that a customer mentions"),
    "windows.act": gettext_lazy("Working days to carry out what was agreed"),
    "goodwill.share_of_order": gettext_lazy("Goodwill costs at most this part of the order"),
    "goodwill.assumed_margin": gettext_lazy("Part of the lifetime value that counts as earned"),
    "goodwill.earlier_at_most": gettext_lazy("Goodwill ends after so many earlier concessions"),
    "goodwill.window_days": gettext_lazy("Days in which earlier concessions count"),
    "costs.product_share": gettext_lazy("What goods cost us, as a part of their price"),
    "costs.unsellable_share": gettext_lazy("Part of that cost which is lost when goods come back"),
}
SECTIONS = {
    "windows": gettext_lazy("Working days"),
    "goodwill": gettext_lazy("Goodwill"),
    "costs": gettext_lazy("What things cost us"),
    "money": gettext_lazy("Sums"),
    "own_fault": gettext_lazy("Our own fault: what we offer"),
    "goodwill_by_problem": gettext_lazy("Goodwill for valued customers: what we offer"),
    "alternatives": gettext_lazy("What always helps"),
    "windows.investigate_by_problem": gettext_lazy("Working days to find out, by problem"),
}
SHIPPED = gettext_noop("Own fault put right in full; goodwill only while the customer stays profitable.")
"""What the Terms that come with the program say of themselves: data there, translated by the pages."""

RULES = {
    "dispute": gettext_lazy("answered in the dispute"),
    "statutory_right": gettext_lazy("right by law"),
    "own_fault": gettext_lazy("put right in full"),
    "investigate": gettext_lazy("looked into"),
    "goodwill": gettext_lazy("goodwill"),
    "standard": gettext_lazy("standard answer with an alternative"),
    "no_problem": gettext_lazy("thanks and an open door"),
}
DIFFERS = {
    "rule": "",
    "choice": gettext_lazy("other things to choose from"),
    "amount": gettext_lazy("another sum"),
    "approver": gettext_lazy("whether an approver decides"),
    "days": gettext_lazy("other working days"),
}
ADVICE = {"accept": gettext_lazy("accept the dispute"), "contest": gettext_lazy("contest the dispute")}
_LISTS = ("own_fault", "goodwill_by_problem", "alternatives")
_PARTS = ("share_of_order", "assumed_margin", "product_share", "unsellable_share")
USUAL = gettext_lazy("every problem without a list of its own")


def unit(of: int, currency: str) -> str:
    """What a drawing counts in (charts.in_units): "millions of VND"."""
    words = {
        1: "%(currency)s",
        1_000: _("thousands of %(currency)s"),
        1_000_000: _("millions of %(currency)s"),
    }
    return words[of] % {"currency": currency}


def field(path: str) -> str:
    """`money.VND.fee` as "Sums in VND: Paying back costs us in fees"; an unknown one as it stands."""
    if path in FIELDS:
        return str(FIELDS[path])
    if path in SECTIONS:
        return str(SECTIONS[path])
    section, _dot, name = path.rpartition(".")
    if section.startswith("money."):
        currency = _("Sums in %(currency)s") % {"currency": section.removeprefix("money.")}
        return f"{currency}: {SUMS.get(name, name)}"
    if path.startswith("money."):
        return _("Sums in %(currency)s") % {"currency": path.removeprefix("money.")}
    if section in (*_LISTS, "windows.investigate_by_problem"):
        return f"{SECTIONS[section]}: {USUAL if name == 'default' else labels.known(labels.PROBLEMS, name)}"
    return path


def error(bad: BadTerms) -> str:
    """What cannot be, in the reader's language; the words of a list as they are shown."""
    params = dict(bad.params)
    if "kind" in params:
        params["kind"] = labels.known(labels.REMEDIES, params["kind"])
    return _(bad.template) % params


def named_error(bad: BadTerms) -> str:
    """The same with the field's name, and with its place in the file where that is written otherwise."""
    name = field(bad.field)
    place = "" if name == bad.field or bad.field == "file" else f" ({bad.field})"
    return f"{name}{place}: {error(bad)}"


def value(path: str, given: Any, language: str) -> str:
    if given is None:
        return _("as usual") if path.startswith((*_LISTS, "windows.")) else "–"
    name = path.rpartition(".")[2]
    if path.startswith("money."):
        return format_money(Decimal(str(given)), path.split(".")[1], language)
    if name in _PARTS:
        return number(Decimal(str(given)) * 100) + "%"
    if isinstance(given, list | tuple):
        words = labels.ALTERNATIVES if path.startswith("alternatives") else labels.REMEDIES
        return ", ".join(str(labels.known(words, kind)) for kind in given)
    return str(given)


def changed(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """What the second version says otherwise, as rows of a table."""
    return [
        {
            "path": one.path,
            "field": field(one.path),
            "before": value(one.path, one.before, language),
            "after": value(one.path, one.after, language),
        }
        for one in changes(before, after)
    ]


def said(data: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """A whole version as sections of rows."""
    parts: list[dict[str, Any]] = []
    rows: list[tuple[Any, str]]
    for section in ("windows", "goodwill", "costs"):
        rows = [
            (FIELDS[f"{section}.{name}"], value(f"{section}.{name}", given, language))
            for name, given in data[section].items()
            if not isinstance(given, Mapping)
        ]
        days = data[section].get("investigate_by_problem", {})
        rows += [(_in_time(problem), value("", given, language)) for problem, given in days.items()]
        parts.append({"title": SECTIONS[section], "rows": rows})
    for code, sums in data["money"].items():
        rows = [(SUMS[name], value(f"money.{code}.{name}", sums.get(name), language)) for name in SUMS]
        parts.append({"title": field(f"money.{code}"), "rows": rows})
    for section in _LISTS:
        rows = [(_problem(name), value(section, given, language)) for name, given in data[section].items()]
        parts.append({"title": SECTIONS[section], "rows": rows})
    return parts


COUNTRIES = {
    "VN": gettext_lazy("Vietnam"),
    "EU": gettext_lazy("European Union"),
    "UK": gettext_lazy("United Kingdom"),
    "US": gettext_lazy("United States"),
}


def rights(known: Sequence[StatutoryRight], language: str) -> list[dict[str, Any]]:
    """Rights by law as the page lists them, by country: what, for which problems, until when, where from."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in known:
        problems = ", ".join(str(labels.PROBLEMS[name]) for name in one.problems)
        row = {
            "right": labels.RIGHTS[one.right],
            "problems": capfirst(problems),
            "until": _until(one),
            "source": one.source_in(language),
            "checked_on": one.checked_on,
        }
        found.setdefault(one.country, []).append(row)
    return [{"country": COUNTRIES.get(code, code), "rows": rows} for code, rows in found.items()]


def _until(right: StatutoryRight) -> str:
    parts = []
    if right.days is None:
        parts.append(_("no end that we know of"))
    elif right.days >= 365 and right.days % 365 == 0:
        years = right.days // 365
        parts.append(ngettext("%(n)s year from delivery", "%(n)s years from delivery", years) % {"n": years})
    else:
        parts.append(
            ngettext("%(n)s day from delivery", "%(n)s days from delivery", right.days) % {"n": right.days}
        )
    if right.distance:
        parts.append(_("ordered from afar only"))
    return ", ".join(parts)


def why_not(reason: str) -> str:
    """policies.why_not in words."""
    return {
        "unproved": _("It cannot be adopted before it is proved."),
        "fails": _("It cannot be adopted: it breaks a rule, see the proof."),
        "unspoken": _("It cannot be adopted before an advocate has spoken for the customers."),
        "over": _("It cannot be adopted: its last day is over."),
    }[reason]


def invariants(proof: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """Each rule of the rules with whether it holds; the counter-example where it does not."""
    for one in proof["invariants"]:
        words = INVARIANTS.get(one["name"], one["name"])
        row: dict[str, Any] = {"words": _(words), "holds": one["example"] is None}
        if one["example"] is not None:
            row |= _example(one["name"], one["example"], language)
        yield row


def facts_in_a_sentence(facts: Mapping[str, Any], language: str) -> str:
    """Problem, fault, standing, value, order, dispute, right, earlier help: what a counter-example is of."""
    currency = facts["currency"]
    parts = [capfirst(str(labels.PROBLEMS[facts["problem"]]))]
    parts.append(_("fault: %(fault)s") % {"fault": labels.FAULTS[facts["fault"]]})
    if facts.get("investigated"):
        parts.append(_("looked into"))
    parts.append(str(labels.STANDINGS[facts["standing"]]))
    for name, words in (
        ("lifetime_value", _("lifetime value %(sum)s")),
        ("order_value", _("order of %(sum)s")),
    ):
        if facts.get(name) is not None:
            parts.append(words % {"sum": format_money(Decimal(facts[name]), currency, language)})
    if facts.get("dispute", "none") != "none":
        parts.append(_("dispute: %(state)s") % {"state": labels.DISPUTES[facts["dispute"]]})
    if facts.get("statutory_right"):
        parts.append(_("right by law: %(right)s") % {"right": labels.RIGHTS[facts["statutory_right"]]})
    if earlier := facts.get("earlier_concessions"):
        parts.append(
            ngettext("%(n)s earlier concession", "%(n)s earlier concessions", earlier) % {"n": earlier}
        )
    return ", ".join(parts) + "."


def answer_in_words(decision: Mapping[str, Any], language: str) -> str:
    """Why, in the sentence that a customer could be shown, and what would be offered."""
    if not decision:
        return _("There would be no answer at all.")
    decided = Decided.from_dict(decision)
    parts = [explain(decided, language)]
    if offers := offered(decided, language):
        parts.append(_("Offered: %(offers)s.") % {"offers": offers})
    if decided.refusal:
        parts.append(_("What was asked for is refused."))
    if decided.alternatives:
        helps = ", ".join(str(labels.known(labels.ALTERNATIVES, kind)) for kind in decided.alternatives)
        parts.append(_("What always helps: %(helps)s.") % {"helps": helps})
    if decided.dispute_advice:
        parts.append(_("Advice: %(advice)s.") % {"advice": ADVICE[decided.dispute_advice]})
    return " ".join(parts)


def offered(decided: Decided, language: str) -> str:
    """The remedies with their sums."""
    return ", ".join(
        f"{labels.known(labels.REMEDIES, one.kind)}"
        + (f" ({format_money(one.amount, one.currency, language)})" if one.amount and one.currency else "")
        for one in decided.remedies
    )


def rule_and_remedy(rule: str, remedy: str) -> str:
    words = str(labels.known(RULES, rule))
    return f"{words}: {labels.known(labels.REMEDIES, remedy)}" if remedy else words


_WHY = {
    "total": gettext_lazy("A customer in this case would get no answer."),
    "consistent": gettext_lazy("The same answer says yes and no."),
    "own_fault": gettext_lazy(
        "We did it, so replacement, refund and doing it again must all be open, in full."
    ),
    "accept": gettext_lazy("It was our fault: the bank's dispute must be accepted, that is the 100 %."),
    "dispute": gettext_lazy("While a dispute is open or claimed, anything given beside it is paid twice."),
    "statutory": gettext_lazy("The law gives this customer a right that the answer leaves out."),
    "safety": gettext_lazy("Somebody may get hurt: the advice to stop using it must be there."),
    "alternative": gettext_lazy("No to the thing asked for must never be no to the person."),
    "windows": gettext_lazy("Something is owed without a day, or the law's time would run out."),
    "monotone": gettext_lazy("A customer who has spent less would get more:"),
    "standing": gettext_lazy("A valued customer in the same case would get less:"),
    "limit": gettext_lazy("This costs more than the policy's own limit for goodwill."),
    "profitable": gettext_lazy("This costs more than the customer has earned us."),
    "approver": gettext_lazy("Staff alone would give more than they may."),
}
_NEVER = {
    "goodwill": gettext_lazy(
        "No valued customer would ever get any goodwill: a limit is zero, or too small for all on the list."
    ),
}


def _example(name: str, example: Mapping[str, Any], language: str) -> dict[str, Any]:
    if name == "reachable":
        rule, currency = example["decision"]["rule"], example["decision"].get("currency")
        words = {"rule": labels.known(RULES, rule), "currency": currency}
        never = _("The rule “%(rule)s” can never fire.") % words
        if currency:
            never = _("The rule “%(rule)s” can never fire in %(currency)s.") % words
        return {"facts": "", "answer": never, "why": _NEVER.get(rule, "")}
    other = example.get("instead_of")
    return {
        "facts": facts_in_a_sentence(example["facts"], language),
        "answer": answer_in_words(example["decision"], language),
        "why": _WHY.get(name, ""),
        "other": answer_in_words(other, language) if other else "",
    }


def _problem(name: str) -> str:
    return capfirst(str(USUAL if name == "default" else labels.PROBLEMS[name]))


def _in_time(problem: str) -> str:
    return _("Working days to find out: %(problem)s") % {"problem": labels.PROBLEMS[problem]}
