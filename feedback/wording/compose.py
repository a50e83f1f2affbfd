"""A decision put into words: one public reply, one private message. The same inputs give the same bytes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from feedback.money import format_money
from feedback.policy.decision import Decision, Reason, Remedy, Rule
from feedback.policy.facts import Problem
from feedback.wishes import GIVES
from feedback.wording import recap, texted
from feedback.wording.given import Given, lines
from feedback.wording.limit import Limit
from feedback.wording.phrases import Phrases, draw, phrases
from feedback.wording.recap import Promised
from feedback.wording.titles import greeted, split
from feedback.wording.ways import Way

PUBLIC, PRIVATE = "public", "private"
SAID_OTHERWISE = (Problem.MISSING_ITEM.value,)  # has sections of its own in the phrasebooks
LONGEST_NAME = 60
LONGEST_UNSIGNED = 120
"""Only the short forms go out without the shop's signature, when there is no room for it."""


class DoesNotFit(ValueError):
    """Not even the shortest honest text fits the source's limit."""


def compose(
    decision: Decision | Mapping[str, Any],
    *,
    audience: str,
    language: str,
    problem: str,
    seed: str,
    name: str = "",
    address: str = "",
    limit: Limit | None = None,
    signature: str = "",
    promises: Sequence[Promised] = (),
    way: Way = Way.WRITTEN,
    wish: str = "",
    given: Sequence[Given] = (),
) -> str:
    """`name` is used in private only. `address`: what Vietnamese calls the customer; "": as a title before
    their name says, else neutral (`phrases.ADDRESSES`, `titles.CALLED`).
    `signature` is the shop's own and ends the text.

    `way` and `wish` (a word of feedback.wishes, "" for none recorded) are for private messages; they choose
    words, and nothing that is offered. `given`: what they got before, or are to get, beside what is offered
    now; in private only.

    Nothing is ever cut off: DoesNotFit when `limit` is too small for any honest text.
    """
    if not isinstance(decision, Decision):
        decision = Decision.from_dict(decision)
    if audience == PRIVATE and language == "vi":
        address = address or split(_one_line(name)).called
    heard, about = audience == PRIVATE and way != Way.WRITTEN, problem if problem in SAID_OTHERWISE else ""
    book = phrases(language, address, heard=heard, about=about)
    if audience == PUBLIC:
        drafts = _public(decision, book, problem, seed)
    elif audience == PRIVATE and way == Way.TEXT:
        called = greeted(_one_line(name), book.language)
        said = texted.text(decision, book, called=called, wish=wish, promises=promises, given=given)
        return _first_that_fits(iter([said]), limit, "", "")
    elif audience == PRIVATE and way == Way.SPOKEN:
        core = _core(decision, book, seed, wish, promises, given)
        spoken = _spoken(decision, book, problem, seed, name=name, core=core)
        return _first_that_fits(spoken, limit, "", "")
    elif audience == PRIVATE:
        core = _core(decision, book, seed, wish, promises, given)
        drafts = _private(decision, book, problem, seed, name=name, core=core)
    else:
        raise ValueError(f"audience: “{audience}” is neither public nor private")
    return _first_that_fits(drafts, limit, signature.strip(), "\n" if audience == PRIVATE else "\n\n")


def explain(decision: Decision | Mapping[str, Any], language: str) -> str:
    """Why, in one sentence that a customer could be shown."""
    reason = decision.reason if isinstance(decision, Decision) else str(decision["reason"])
    return phrases(language).word("explain", reason)


def _first_that_fits(drafts: Iterator[str], limit: Limit | None, signature: str, gap: str) -> str:
    shortest = ""
    for text in drafts:
        signed = f"{text}{gap}{signature}" if signature else text
        if limit is None or limit.allows(signed):
            return signed
        shortest = text
        if limit.allows(text) and len(text) < LONGEST_UNSIGNED:
            return text
    raise DoesNotFit(f"{limit.size if limit else 0}: “{shortest}” is longer")


def _public(decision: Decision, book: Phrases, problem: str, seed: str) -> Iterator[str]:
    """From the fullest text to the shortest: what can be spared goes first."""
    if decision.rule == Rule.NO_PROBLEM and not decision.safety:
        thanks, joy, door = (book.pick(PUBLIC, slot, seed) for slot in ("praise", "joy", "door"))
        yield f"{thanks} {joy} {door}"
        yield f"{thanks} {door}"
        yield from book.all(PUBLIC, "short_praise")
        return
    parts = _public_parts(decision, book, problem, seed)
    for dropped in ((), ("gift",), ("closing",), ("closing", "gift"), ("closing", "gift", "thanks")):
        yield " ".join(text for slot, text in parts if slot not in dropped)
    yield from book.all(PUBLIC, _short(decision))


def _public_parts(decision: Decision, book: Phrases, problem: str, seed: str) -> list[tuple[str, str]]:
    """Sentences with their slots, in the order in which they are read."""
    opening = [
        ("thanks", book.pick(PUBLIC, "thanks", seed)),
        ("acknowledge", _acknowledge(book, problem, seed)),
    ]
    if draw(seed, "public.order", 2):
        opening.reverse()
    parts = opening
    if decision.safety:
        return [
            *parts,
            ("safety", book.pick(PUBLIC, "safety", seed)),
            ("help", _next_step(decision, book, seed)),
        ]
    if decision.rule == Rule.DISPUTE or draw(seed, "public.gift", 3):
        parts = [*parts, ("gift", book.pick(PUBLIC, "gift", seed))]
    parts = [*parts, ("help", _next_step(decision, book, seed))]
    if decision.rule != Rule.DISPUTE:
        parts.append(("closing", book.pick(PUBLIC, "closing", seed)))
    return parts


def _acknowledge(book: Phrases, problem: str, seed: str) -> str:
    known = problem if problem in book.slots("problem") else Problem.OTHER.value
    return book.pick("problem", known, seed)


def _next_step(decision: Decision, book: Phrases, seed: str) -> str:
    slot = {Rule.DISPUTE.value: "dispute", Rule.INVESTIGATE.value: "investigate"}.get(decision.rule, "help")
    return book.pick(PUBLIC, slot, seed)


def _short(decision: Decision) -> str:
    if decision.safety:
        return "short_safety"
    return "short_dispute" if decision.rule == Rule.DISPUTE else "short"


def _private(
    decision: Decision,
    book: Phrases,
    problem: str,
    seed: str,
    *,
    name: str,
    core: Sequence[str],
) -> Iterator[str]:
    """Greeting; what we understood; what we can do; a question; who does what by when (S1-9)."""
    greeting, closing = _greeting(book, name, seed), book.pick(PRIVATE, "closing", seed)
    if decision.rule == Rule.NO_PROBLEM:
        said = " ".join(book.pick(PUBLIC, slot, seed) for slot in ("praise", "joy", "door"))
        yield _paragraphs(greeting, said, *core, closing)
        yield _paragraphs(greeting, said, *core)
        return
    thanks, check = book.pick(PUBLIC, "thanks", seed), book.pick(PRIVATE, "check", seed)
    understood = _understood(decision, book, problem, seed)
    others = book.pick(PRIVATE, "others", seed)
    yield _paragraphs(greeting, f"{thanks} {understood} {others} {check}", *core, closing)
    yield _paragraphs(greeting, f"{thanks} {understood} {check}", *core, closing)
    yield _paragraphs(greeting, f"{understood} {check}", *core)
    yield _paragraphs(greeting, *core)


def _spoken(
    decision: Decision,
    book: Phrases,
    problem: str,
    seed: str,
    *,
    name: str,
    core: Sequence[str],
) -> Iterator[str]:
    """The same steps, to be said: a line each, without the signature of a letter."""
    hello = _greeting(book, name, seed, section="spoken")
    thanks = book.pick("spoken", "thanks", seed)
    if decision.rule == Rule.NO_PROBLEM:
        door = book.pick(PUBLIC, "door", seed)
        yield _paragraphs(hello, f"{thanks} {door}", *core)
        return
    understood = _understood(decision, book, problem, seed)
    check = book.pick(PRIVATE, "check", seed)
    yield _paragraphs(hello, f"{thanks} {understood} {check}", *core)


def _core(
    decision: Decision,
    book: Phrases,
    seed: str,
    wish: str,
    promises: Sequence[Promised],
    given: Sequence[Given],
) -> list[str]:
    is_answered = bool(given) and not decision.remedies  # what they asked for was weighed before
    return [
        "" if is_answered else _of_the_wish(decision, book, seed, wish),
        "\n".join([book.pick(PRIVATE, "given", seed), *lines(given, book)]) if given else "",
        _what_we_can_do(decision, book, seed),
        _question(decision, book, seed) or (book.pick(PRIVATE, "ask_given", seed) if given else ""),
        _recap(decision, book, seed, promises),
    ]


def _of_the_wish(decision: Decision, book: Phrases, seed: str, wish: str) -> str:
    """That we heard what would put it right for them: it can be done, something else can, or nobody knows."""
    if wish not in book.slots("wish") or decision.rule in (Rule.DISPUTE, Rule.NO_PROBLEM):
        return ""
    if wish == "apology":
        return book.pick(PRIVATE, "wish_apology", seed)
    given = {remedy.kind for remedy in decision.remedies} | set(decision.alternatives)
    if _FULFILS[wish] & given:
        slot = "wish_met"
    elif not given:
        slot = "wish_noted"
    elif wish in GIVES:
        slot = "wish_other"
    else:
        return ""
    return book.pick(PRIVATE, slot, seed).replace("{wish}", book.word("wish", wish))


_FULFILS = {
    **GIVES,
    "explanation": frozenset({"explain_and_show", "explain_bill", "explain_use"}),
    "call_back": frozenset({"talk_it_over"}),
}


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part.strip())


def _greeting(book: Phrases, name: str, seed: str, *, section: str = PRIVATE) -> str:
    called = greeted(_one_line(name), book.language)
    if not called:
        return book.pick(section, "greeting", seed)
    return book.pick(section, "greeting_named", seed).replace("{name}", called)


def plain_name(name: str) -> str:
    """The name as it may stand in a greeting, without its title; empty when what was given cannot be one."""
    return split(_one_line(name)).plain


def _one_line(name: str) -> str:
    line = next(iter(name.strip().splitlines()), "")
    if _NEVER_IN_A_NAME.search(line):
        return ""
    clean = " ".join(_NOT_IN_A_NAME.sub(" ", line).split()).strip(" .,-'’")
    return clean if len(clean) <= LONGEST_NAME else ""


_NEVER_IN_A_NAME = re.compile(r"[\d<>{}@/\\|=;:$%]|www\.|\.(?:com|vn|net)")
_NOT_IN_A_NAME = re.compile(r"[^\w .,'’-]|_")


def _understood(decision: Decision, book: Phrases, problem: str, seed: str) -> str:
    said = _acknowledge(book, problem, seed)
    return f"{said} {book.pick(PUBLIC, 'safety', seed)}" if decision.safety else said


def _what_we_can_do(decision: Decision, book: Phrases, seed: str) -> str:
    owed = book.pick(PRIVATE, "keep_promise", seed) if decision.keep_promise else ""
    if not decision.remedies and not decision.alternatives:
        intro = _INTRO_WITHOUT_LIST.get(decision.reason)
        return " ".join(filter(None, (book.pick(PRIVATE, intro, seed) if intro else "", owed)))
    lines = [f"– {_remedy(remedy, book, seed)}" for remedy in decision.remedies]
    lines += [f"– {book.pick('alternative', kind, seed)}" for kind in decision.alternatives]
    return "\n".join([book.pick(PRIVATE, _intro(decision), seed), *lines, *filter(None, (owed,))])


_INTRO_WITHOUT_LIST = {
    Reason.DISPUTE_CLAIMED.value: "dispute_claimed",
    Reason.DISPUTE_ACCEPT.value: "dispute",
    Reason.DISPUTE_CONTEST.value: "dispute",
    Reason.FAULT_NOT_KNOWN.value: "search",
    Reason.CARRIER_NOT_ASKED.value: "search",
}


def _intro(decision: Decision) -> str:
    if decision.refusal:
        return "decline"
    if decision.rule == Rule.STATUTORY_RIGHT:
        return "offer_right_checked" if decision.confirm_fault else "offer_right"
    if decision.confirm_fault:
        return "offer_checked"
    if decision.rule == Rule.GOODWILL:
        return "offer_goodwill"
    return "offer" if len(decision.remedies) > 1 else "offer_one"


def _remedy(remedy: Remedy, book: Phrases, seed: str) -> str:
    if remedy.amount is None or remedy.currency is None:
        return book.pick("remedy", remedy.kind, seed)
    slot = "refund_amount" if remedy.kind == "refund" else remedy.kind
    amount = format_money(remedy.amount, remedy.currency, book.language)
    return book.pick("remedy", slot, seed).replace("{amount}", amount)


def _question(decision: Decision, book: Phrases, seed: str) -> str:
    if decision.reason == Reason.DISPUTE_CLAIMED:
        return book.pick(PRIVATE, "ask_dispute", seed)
    if decision.rule == Rule.DISPUTE:
        return ""
    choices = len(decision.remedies) + len(decision.alternatives)
    asked = []
    if choices:
        asked.append(book.pick(PRIVATE, "ask_choice" if choices > 1 else "ask_one", seed))
    if decision.rule == Rule.INVESTIGATE or decision.confirm_fault:
        asked.append(book.pick(PRIVATE, "ask_facts", seed))
    if asked and not choices:  # who may choose is asked there whether they know a better way (S4-6)
        asked.append(book.pick(PRIVATE, "ask_wish", seed))
    return " ".join(asked)


def _recap(decision: Decision, book: Phrases, seed: str, promises: Sequence[Promised]) -> str:
    """Who does what by when: the stored promises if any, else what the decision itself commits us to."""
    if promises:
        listed = "; ".join(recap.said(promise, book) for promise in promises)
        return book.pick(PRIVATE, "recap_promised", seed).replace("{promises}", listed)
    if decision.rule == Rule.DISPUTE and not decision.commitments:
        return book.pick(PRIVATE, "recap_dispute", seed).replace("{who}", book.word("words", "who"))
    said = []
    for owed in decision.commitments:
        sentence = book.pick(PRIVATE, f"recap_{owed.what}", seed)
        said.append(
            sentence.replace("{who}", book.word("words", "who")).replace(
                "{days}", recap.working_days(owed.within, book)
            )
        )
    return " ".join(said)
