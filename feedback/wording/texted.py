"""A private message as a text message: all that it must have (S1-9) in two or three of the network's parts.

Its words are its own, short ones, the same whatever the seed: there is no room for variety.
"""

from collections.abc import Iterator, Mapping, Sequence

from feedback.money import format_money
from feedback.policy.decision import Decision, Reason, Remedy, Rule
from feedback.wishes import GIVES
from feedback.wording.given import Given, Stage
from feedback.wording.phrases import Phrases
from feedback.wording.recap import Promised, short_date, working_days

_SENT = frozenset({"replacement", "redo", "repair", "send_again", "exchange"})
"""What costs somebody something, and so says that it is not the customer."""
_WITHOUT_OPTIONS = {
    Reason.DISPUTE_CLAIMED.value: "dispute_claimed",
    Reason.DISPUTE_ACCEPT.value: "dispute",
    Reason.DISPUTE_CONTEST.value: "dispute",
    Reason.FAULT_NOT_KNOWN.value: "search",
    Reason.CARRIER_NOT_ASKED.value: "search",
}
# Signs that no text message of 160 characters has: one of them makes all parts hold 67.
_PLAIN = str.maketrans({"₫": "VND ", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...",
                        "\u00a0": " "})  # fmt: skip


def text(
    decision: Decision,
    book: Phrases,
    *,
    called: str,
    wish: str,
    promises: Sequence[Promised],
    given: Sequence[Given] = (),
) -> str:
    """`called`: the name as it is greeted, "" for none. `wish`: a word of feedback.wishes."""
    parts = _parts(decision, book, called, "" if given and not decision.remedies else wish, promises, given)
    whole = " ".join(part for part in parts if part)
    return whole.translate(_PLAIN) if book.language == "en" else whole


def _parts(
    decision: Decision,
    book: Phrases,
    called: str,
    wish: str,
    promises: Sequence[Promised],
    given: Sequence[Given],
) -> Iterator[str]:
    if called:
        yield book.word("text", "named").replace("{name}", called)
    if decision.safety:
        yield book.word("text", "safety")
    if decision.rule == Rule.NO_PROBLEM:
        yield book.word("text", "thanks")
    yield from _of_the_wish(decision, book, wish)
    yield _given(given, book)
    options = [_remedy(one, book) for one in decision.remedies]
    options += [book.word("texted", kind) for kind in decision.alternatives]
    if options:
        yield _offer(decision, book, options, wish)
    elif intro := _WITHOUT_OPTIONS.get(decision.reason):
        yield book.word("text", intro)
    asked = list(_asked(decision, book, has_options=bool(options), wish=wish))
    yield from asked
    if given and not options and not asked:
        yield book.word("text", "ask_given")
    yield _recap(decision, book, promises)


def _of_the_wish(decision: Decision, book: Phrases, wish: str) -> Iterator[str]:
    """An offer says by itself whether it is the wish; what is not known yet is noted."""
    if decision.rule in (Rule.DISPUTE, Rule.NO_PROBLEM) or wish not in book.slots("wish"):
        return
    if wish == "apology":
        yield book.word("text", "sorry")
    elif not decision.remedies and not decision.alternatives:
        yield book.word("text", "noted").replace("{wish}", book.word("wish", wish))


def _offer(decision: Decision, book: Phrases, options: Sequence[str], wish: str) -> str:
    """With its question: which one, or whether that is all right."""
    kinds = {remedy.kind for remedy in decision.remedies} | set(decision.alternatives)
    slot = "offer"
    if decision.refusal:
        slot = "decline"
    elif decision.confirm_fault:
        slot = "offer_checked"
    elif wish in GIVES and not GIVES[wish] & kinds:
        slot = "offer_other"
    listed = f" {book.word('text', 'or')} ".join(filter(None, (", ".join(options[:-1]), options[-1])))
    ours = book.word("text", "ours") if kinds & _SENT else ""
    question = book.word("text", "choose" if len(options) > 1 else "agree")
    return book.word("text", slot).replace("{options}", f"{listed}{ours}: {question}")


def _given(given: Sequence[Given], book: Phrases) -> str:
    """What is on its way stands in the recap."""
    done = [_remedy(one.remedy, book) for one in given if one.stage is not Stage.COMING]
    return book.word("text", "given").replace("{what}", ", ".join(done)) if done else ""


def _remedy(remedy: Remedy, book: Phrases) -> str:
    slot = f"{remedy.kind}_amount"
    if remedy.amount is None or remedy.currency is None:
        return book.word("texted", remedy.kind)
    slot = slot if slot in book.slots("texted") else remedy.kind
    amount = format_money(remedy.amount, remedy.currency, book.language)
    return book.word("texted", slot).replace("{amount}", amount)


def _asked(decision: Decision, book: Phrases, *, has_options: bool, wish: str) -> Iterator[str]:
    """What is still missing; without anything to choose, what they would want unless we know it (S4-6)."""
    if decision.reason == Reason.DISPUTE_CLAIMED:
        yield book.word("text", "ask_dispute")
    elif decision.rule == Rule.INVESTIGATE or decision.confirm_fault:
        yield book.word("text", "ask_photo" if has_options else "ask_facts")
        if not has_options and wish not in book.slots("wish"):
            yield book.word("text", "ask_wish")


def _recap(decision: Decision, book: Phrases, promises: Sequence[Promised]) -> str:
    if promises:
        return "; ".join(_promised(one, book) for one in promises) + "."
    return " ".join(
        book.word("text", f"recap_{owed.what}").replace("{days}", working_days(owed.within, book))
        for owed in decision.commitments
    )


def _promised(promise: Promised, book: Phrases) -> str:
    what = promise.what.strip()
    what = _shorter(book).get(book.word("words", what) if what in book.slots("words") else what, what)
    who = promise.who.strip() or book.word("text", "who")
    sentence = book.word("text", promise.slot)
    if promise.by is not None:
        sentence = sentence.replace("{date}", short_date(promise.by, book.language))
    else:
        sentence = sentence.replace("{days}", working_days(promise.within or 1, book))
    return sentence.replace("{who}", who).replace("{what}", what)


def _shorter(book: Phrases) -> Mapping[str, str]:
    """What our own promises say, and the same in fewer words."""
    both = {kind: book.word("texted", kind) for kind in book.slots("promise") if kind in book.slots("texted")}
    found = {book.word("promise", kind): short for kind, short in both.items() if "{" not in short}
    return found | {book.word("words", one): book.word("text", one) for one in _COMMITMENTS}


_COMMITMENTS = ("carry_out", "investigate", "check_dispute", "keep_promise")
