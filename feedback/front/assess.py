"""Try the policy on a text: what would be read, decided, said and routed. Values in, values out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from feedback.policy.decide import decide
from feedback.policy.facts import BadFacts, Facts
from feedback.policy.terms import Terms
from feedback.text.lines import BadLine, bad_line, parse
from feedback.text.reader import Reading, read
from feedback.wording.compose import PRIVATE, PUBLIC, compose
from reviews.routing import BEST_RATING, is_complaint, route

_STRAIGHT = (
    "lifetime_value",
    "order_value",
    "margin",
    "currency",
    "statutory_right",
    "investigated",
    "earlier_concessions",
    "promise_broken",
)
_KNOWN = frozenset({*_STRAIGHT, "fault", "dispute", "dispute_open", "customer_name"})
_SPOKEN = ("vi", "en")


def lines(
    given: Iterable[bytes], terms: Terms, *, currency: str, language: str, address: str = ""
) -> Iterator[dict[str, Any]]:
    """One answer per line of UTF-8, in order; for a line that cannot be used, its number and why.

    `currency` and `language` are the shop's, for lines that name none; `address` is how it calls customers.
    """
    for number, line in enumerate(given, 1):
        try:
            fields = parse(line.decode())
            answer = assess(fields, terms, currency=currency, language=language, address=address)
            yield {"id": fields.get("id")} | answer
        except UnicodeDecodeError as error:
            yield bad_line(number, f"not UTF-8 at byte {error.start + 1}")
        except (BadLine, BadFacts) as error:
            yield bad_line(number, str(error))


def assess(
    fields: Mapping[str, Any], terms: Terms, *, currency: str, language: str, address: str = ""
) -> dict[str, Any]:
    """Raises BadLine or BadFacts naming the field."""
    given = {} if fields.get("facts") is None else fields["facts"]
    if not isinstance(given, Mapping):
        raise BadLine("facts: not an object")
    for name, value in given.items():
        if isinstance(value, list | dict):
            raise BadFacts(name, "must be one value")
    reading = read(fields["text"], lang=fields.get("lang"), stars=fields.get("stars"))
    facts = _facts(reading, given, _problem(reading, fields.get("stars")), terms, currency)
    decision = decide(facts, terms)
    queue = route(reading.flags, dispute=facts.dispute, leverage=_kind(reading) or "")
    spoken = _language(fields, reading, language)
    words = {"language": spoken, "problem": facts.problem, "seed": facts.digest, "address": address}
    return {
        "leverage": reading.leverage is not None,
        "kind": _kind(reading),
        "route": queue.route.value,
        "routes": [one.value for one in queue.routes],
        "decision": decision.as_dict(),
        "reply": compose(decision, audience=PUBLIC, **words),
        "message": compose(decision, audience=PRIVATE, name=_name(given), **words),
        "sentiment": reading.sentiment.value,
        "themes": reading.as_dict()["themes"],
        "problem": facts.problem,
        "fault": facts.fault,
    }


def _problem(reading: Reading, stars: float | None) -> str:
    """As for a review: who complains without saying of what has a problem that we do not know yet.

    And who names none and gives the best rating has none.
    """
    complains = is_complaint(
        complaint=reading.complaint,
        sentiment=reading.sentiment.value,
        problem=reading.problem,
        flags=reading.flags,
        stars=stars,
    )
    if reading.problem in ("none", "other"):
        is_praise = not complains and stars is not None and stars >= BEST_RATING
        return "none" if is_praise else "other" if complains else reading.problem
    return reading.problem


def _facts(reading: Reading, given: Mapping[str, Any], problem: str, terms: Terms, currency: str) -> Facts:
    if unknown := sorted(set(given) - _KNOWN):
        raise BadFacts(unknown[0], "is not a fact that can be given")
    values = {name: given[name] for name in _STRAIGHT if given.get(name) is not None}
    values.setdefault("currency", currency)
    values["problem"] = problem
    values |= _fault(reading, given, problem)
    values["dispute"] = _dispute(reading, given)
    facts = Facts.from_dict(values)
    standing = terms.standing(facts.lifetime_value, facts.currency)
    return Facts.from_dict(facts.as_dict() | {"standing": standing})


def _fault(reading: Reading, given: Mapping[str, Any], problem: str) -> dict[str, str]:
    """What is given is on record; what only the text suggests must be confirmed before it costs money."""
    if given.get("fault") is not None:
        return {"fault": str(given["fault"]), "fault_from": "record"}
    if problem == "none":
        return {"fault": "none"}
    if reading.problem == "none":
        return {"fault": "unknown"}
    known = reading.fault in ("ours", "carrier", "customer")
    return {"fault": reading.fault, "fault_from": "text" if known else "none"}


def _dispute(reading: Reading, given: Mapping[str, Any]) -> str:
    if (is_open := given.get("dispute_open")) is not None:
        if not isinstance(is_open, bool):
            raise BadFacts("dispute_open", "must be true or false")
        if is_open:
            return "open"
    if given.get("dispute") is not None:
        return str(given["dispute"])
    return "claimed" if "dispute" in reading.flags else "none"


def _language(fields: Mapping[str, Any], reading: Reading, language: str) -> str:
    for word in (fields.get("lang"), reading.lang.value):
        if word in _SPOKEN:
            return str(word)
    return language


def _kind(reading: Reading) -> str | None:
    return reading.leverage.kind if reading.leverage else None


def _name(given: Mapping[str, Any]) -> str:
    name = given.get("customer_name") or ""
    if not isinstance(name, str):
        raise BadFacts("customer_name", "must be a text")
    return name
