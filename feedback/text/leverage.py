"""The "or else" in a text: which kind it is, and which words are cut out before anything else is read.

Leverage needs two things: something that would hurt the shop (publicity, or taking the money back through
the bank) and pressure that ties it to what the shop does: a demand with a condition, or a hint that it had
better choose well. A refund wish, a right, an authority, a review that is simply there, a farewell: none of
these is leverage (S3-4).
"""

import re
from bisect import bisect_left
from collections import defaultdict
from functools import cache

from feedback.text.leverage_spans import cut, spans
from feedback.text.lexicon import Hit
from feedback.text.pressing import kinds_named
from feedback.text.pressure import ACTS, NEAR, Place, Signs, signs, words
from feedback.text.reading import Leverage
from feedback.text.tokens import Tokens

__all__ = ["Signs", "find", "is_only_threatened", "signs"]

LOOK_BACK = 40  # words before an act among which its "or else" is looked for

HURT = frozenset({"safety", "privacy"})
HARMLESS = ("failing", "settled")
UNDOING = ("removal", "undo")  # these may be said of "it", a sentence later
RIGHTS = (*UNDOING, "posted", "publicity", "stage", "low")
_telling = frozenset({"flags", "problems", "themes"})
_amount = re.compile(r"\d{1,4}(?:k|tr|cu|d|usd|vnd)")


def find(signs: Signs | None, hits: list[Hit], *, is_disputed: bool) -> tuple[Leverage | None, set[int]]:
    """The leverage, and the numbers of the words that carry it. `hits` are those of the whole reader."""
    if signs is None:
        return None, set()
    here = _here(hits, signs.numbers)
    signs.places["dispute"] = [
        (hit.first, hit.past)
        for hit in here
        if hit.area == "flags" and hit.name == "dispute" and not hit.denied
    ]
    signs.places["legal"] = [
        (hit.first, hit.past) for hit in here if hit.area == "flags" and hit.name == "legal"
    ]
    hurt = {hit.first for hit in here if hit.area == "flags" and hit.name in HURT and not hit.denied}
    missing = [
        hit
        for hit in here
        if hit.area == "problems" and hit.past - hit.first > 2 and "refund" not in hit.name
    ]
    told = {number for hit in missing for number in range(hit.first, hit.past)}
    # "The lid is gone": no review goes
    signs.places["undo"] = [place for place in signs.places["undo"] if not told.issuperset(range(*place))]
    _leave_rights(signs)
    kind, acts = _kind(signs, is_disputed=is_disputed)
    kind = kind or (None if _is_hurt(signs, hurt) else _kind_felt(signs, is_disputed=is_disputed))
    if kind is None:
        return None, set()
    taken = cut(signs, here, acts)
    if not taken:  # all of it complains as well: nothing is cut out, but what presses most is shown
        core = set(range(*signs.sure[1])) if signs.sure else set()
        return (Leverage(kind=kind, spans=spans(signs, core)) if core else None), set()
    return Leverage(kind=kind, spans=spans(signs, taken)), {signs.numbers[number] for number in taken}


def _leave_rights(signs: Signs) -> None:
    """Forget the acts in sentences that tell what the shop made public of a customer, and shall take down."""
    sentence = signs.tokens.sentence
    theirs = signs.sentences("theirs")
    for sign in RIGHTS if theirs else ():
        signs.places[sign] = [
            place
            for place in signs.places[sign]
            if _follows_or(signs.tokens, place[0])
            or theirs.isdisjoint({sentence[place[0]], sentence[place[0]] - (sign in UNDOING)})
        ]
        signs.found_sentences.pop(sign, None)


def _is_hurt(signs: Signs, hurt: set[int]) -> bool:
    """Whether what sounds like pressure tells of a wound or of privacy, with no "or else" beside it."""
    if signs.sure is None:
        return False
    (first, past), sentence = signs.sure[1], signs.tokens.sentence
    its = {*sentence[first:past], *(one - 1 for one in sentence[first:past])}
    hurting = {sentence[number] for number in hurt} | signs.sentences("theirs")
    return not its.isdisjoint(hurting) and not (
        _follows_or(signs.tokens, past - 1) or signs.beside((first, past), "refusal", "push")
    )


def is_only_threatened(tokens: Tokens, hits: list[Hit], signs: Signs | None) -> bool:
    """Whether all disputes that a text names are yet to come, or come when a demand is not met.

    `hits` are those of the whole reader in the whole text, `signs` those of it that were looked at.
    """
    named = [
        hit for hit in hits if (hit.area, hit.name) == ("flags", "dispute") and not (hit.denied or hit.unreal)
    ]
    tied = [signs.numbers[first] for first, _ in signs.places["tie"]] if signs else []
    return bool(named) and all(_is_to_come(tokens, hit.first, hit.past, tied) for hit in named)


def _is_to_come(tokens: Tokens, first: int, past: int, tied: list[int]) -> bool:
    """An "or I …", "am going to …", "đang định …" or a condition before it; and it is not told as done."""
    bare, sentence = tokens.bare, tokens.sentence
    if _follows_or(tokens, first) and words("done").isdisjoint(bare[first:past]):
        return True
    opens = _or_else_within(tokens, first, past)
    if opens is not None and words("settled").isdisjoint(bare[opens : past + 2]):
        return True  # "vừa nhận đã bể, không thì mình chargeback": what is done is something else
    planned = [number for number in range(max(0, first - 1), past) if bare[number] in words("planned")]
    if planned:
        return words("settled").isdisjoint(bare[planned[-1] : past + 2])
    if not (words("settled") | words("acted")).isdisjoint(bare[first : past + 2]):
        return False
    return any(number < first and sentence[number] == sentence[first] for number in tied)


def is_within(cut: set[int], hits: list[Hit], flag: str) -> bool:
    """Whether only the "or else" itself raises the flag: "or all my followers boycott you"."""
    raising = [hit for hit in hits if (hit.area, hit.name) == ("flags", flag)]
    return bool(cut) and all(cut.issuperset(range(hit.first, hit.past)) for hit in raising)


def is_torn(cut: set[int], hits: list[Hit], flag: str) -> bool:
    """Whether only words half inside the "or else", half beside it, raise the flag: "tẩy chay. Pin …"."""
    raising = [hit for hit in hits if (hit.area, hit.name) == ("flags", flag)]
    inside = [sum(number in cut for number in range(hit.first, hit.past)) for hit in raising]
    return bool(raising) and all(
        0 < many < hit.past - hit.first for many, hit in zip(inside, raising, strict=True)
    )


def _here(hits: list[Hit], numbers: list[int]) -> list[Hit]:
    """The hits in the words of those numbers, counted as those words are."""
    place = {number: place for place, number in enumerate(numbers)}
    return [
        Hit(area, name, kind, place[first], place[first] + past - first, denied, unreal)
        for area, name, kind, first, past, denied, unreal, *_ in hits
        if area in _telling and first in place and past - 1 in place
    ]


def _kind(signs: Signs, *, is_disputed: bool) -> tuple[str | None, list[Place]]:
    undone = [act for act in signs.places["undo"] if signs.near(act, "posted", "removal", "review")]
    removals = [act for act in signs.places["removal"] + undone if _is_offer(signs, act)]
    if removals:
        posted = signs.places["posted"]
        for_money = _names_a_price(signs.tokens) or (bool(signs.places["money"]) and not posted)
        return "removal_for_money" if for_money else "posted_then_demand", removals + posted
    if is_disputed:
        further = [place for place in signs.places["demand"] if _is_further(signs, place)]
        if further:
            told = signs.places["chargeback"] + signs.places["dispute"]
            return "chargeback_leverage", told + further
    bank = [act for act in signs.places["chargeback"] if _is_threat_of_bank(signs, act)]
    if bank and not is_disputed:
        return "chargeback_leverage", bank
    held = [place for place in signs.places["posted"] if _is_held(signs, place)]
    if held:
        return "posted_then_demand", held
    acts = [act for act in signs.places["publicity"] if _is_threatened(signs, act)]
    acts += [act for act in signs.places["low"] if _is_tied(signs, act)]
    acts += [act for act in signs.places["stage"] if _is_hinted(signs, act)]
    acts = [act for act in acts if not _is_kind(signs, act)]
    acts += [act for act in signs.places["bluff"] if signs.near(act, "demand", "push", "hint", "refusal")]
    acts += [act for act in signs.places["voice"] if _is_announced(signs, act)]
    acts += [act for act in signs.places["ready"] if signs.near(act, "demand", "push", "refusal")]
    return ("review_threat", acts) if acts else (None, [])


def _kind_felt(signs: Signs, *, is_disputed: bool) -> str | None:
    """Of leverage that no rule told, but the learned score."""
    if signs.sure is None or signs.places["legal"] or (is_disputed and not signs.places["demand"]):
        return None
    if _is_harmless(signs):
        return None
    kinds = kinds_named(signs.sure[2])
    if "bank" in kinds and (signs.places["chargeback"] or is_disputed or not kinds & {"media", "rating"}):
        return "chargeback_leverage"
    if signs.places["removal"] or ("edit" in kinds and "rating" in kinds):
        for_money = _names_a_price(signs.tokens) or signs.places["money"]
        return "removal_for_money" if for_money else "posted_then_demand"
    return "posted_then_demand" if signs.places["posted"] else "review_threat"


def _is_harmless(signs: Signs) -> bool:
    """Whether what sounds like pressure tells of a page that fails or what was put right, and of no act."""
    if signs.sure is None or any(signs.places[act] for act in ACTS):
        return False
    first, past = signs.sure[1]
    return any(first <= at < past for sign in HARMLESS for at, _ in signs.places[sign])


def _is_offer(signs: Signs, act: Place) -> bool:
    """A review to be taken down or changed, for something."""
    if _is_told(signs.tokens, act[0]):
        return False
    sentence, priced = signs.tokens.sentence[act[0]], _priced(signs.tokens)
    if signs.beside(act, "demand") or sentence in priced:
        return True
    if not (signs.near(act, "demand", "money") or {sentence - NEAR, sentence + NEAR} & priced):
        return False
    return signs.near(act, "tie", "future", "push", "refusal", "posted")


def _is_tied(signs: Signs, act: Place) -> bool:
    """A demand near by and a condition or announcement beside it, or an "or else" before it."""
    if _is_told(signs.tokens, act[0]):
        return False
    if _follows_or(signs.tokens, act[0]) or signs.near(act, "push"):
        return True
    return signs.near(act, "demand") and (signs.beside(act, "tie", "future") or signs.near(act, "hint"))


def _is_threatened(signs: Signs, act: Place) -> bool:
    """An act of publicity that is tied, or is what follows when the demand is not met."""
    if _is_tied(signs, act):
        return True
    if _is_told(signs.tokens, act[0]) or not signs.near(act, "refusal"):
        return False
    return signs.near(act, "tie", "future")


def _is_threat_of_bank(signs: Signs, act: Place) -> bool:
    return _is_tied(signs, act) or signs.beside(act, "refusal")


def _is_hinted(signs: Signs, act: Place) -> bool:
    """Publicity only named, beside pressure that says the rest."""
    if _is_told(signs.tokens, act[0]) or signs.beside(act, "legal"):
        return False
    if signs.near(act, "push") and (signs.near(act, "demand", "refusal") or signs.beside(act, "push")):
        return True
    if not signs.near(act, "demand", "refusal"):
        return False
    return _follows_or(signs.tokens, act[0]) or (
        signs.beside(act, "tie") and signs.beside(act, "refusal") and signs.beside(act, "demand", "future")
    )


def _is_announced(signs: Signs, act: Place) -> bool:
    """Saying it aloud, as what follows when the demand is not met."""
    if _is_told(signs.tokens, act[0]) or not signs.near(act, "demand", "refusal"):
        return False
    if signs.beside(act, "legal"):
        return False
    return _follows_or(signs.tokens, act[0]) or (signs.beside(act, "refusal") and signs.beside(act, "future"))


def _is_held(signs: Signs, place: Place) -> bool:
    """A posted review held over the shop: everywhere, or to stay until something is done."""
    tokens = signs.tokens
    around = tokens.bare[place[0] : place[1] + 6]
    if not signs.near(place, "demand", "refusal"):
        return False
    return not words("held").isdisjoint(around) or signs.near(place, "push")


def _follows_or(tokens: Tokens, first: int) -> bool:
    """An "or I", "otherwise", "nếu không" stands before the act in its sentence."""
    begin = max(bisect_left(tokens.sentence, tokens.sentence[first]), first - LOOK_BACK)
    return _or_else_within(tokens, begin, first) is not None


def _or_else_within(tokens: Tokens, first: int, past: int) -> int | None:
    """Number of the word behind the last of those signs that stands there; None where none does."""
    said, signs = tokens.bare[first:past], _or_else()
    ends = [
        first + number + len(sign)
        for number, word in enumerate(said)
        if word in signs
        for sign in signs[word]
        if said[number : number + len(sign)] == sign
    ]
    return max(ends, default=None)


@cache
def _or_else() -> dict[str, list[list[str]]]:
    """By first word."""
    signs: dict[str, list[list[str]]] = defaultdict(list)
    for sign in words("or_else"):
        signs[sign.split()[0]].append(sign.split())
    return dict(signs)


def _is_told(tokens: Tokens, first: int) -> bool:
    """The act lies in the past or is somebody else's: "had to leave", "they told everyone"."""
    begin = max(bisect_left(tokens.sentence, tokens.sentence[first]), first - LOOK_BACK)
    earlier = tokens.words[begin:first]
    if not words("others").isdisjoint(earlier) and not words("urging").isdisjoint(earlier):
        return True
    before = earlier[-3:]
    return "had" in before or "they" in before[-2:] or before[-1:] in (["never"], ["he"], ["she"])


def _is_further(signs: Signs, place: Place) -> bool:
    """A demand that is not itself part of telling about the dispute."""
    sentence = signs.tokens.sentence
    return not any(
        first - 2 < place[1] and place[0] < past + 2 and sentence[first] == sentence[place[0]]
        for sign in ("chargeback", "dispute")
        for first, past in signs.places[sign]
    )


def _names_a_price(tokens: Tokens) -> bool:
    return bool(_priced(tokens)) or not words("prices").isdisjoint(tokens.bare)


def _priced(tokens: Tokens) -> set[int]:
    """Sentences with an amount of money such as "200k", "$50", "500 nghìn"."""
    return {
        tokens.sentence[number]
        for number, word in enumerate(tokens.bare)
        if word[:1].isdecimal()
        and (
            _amount.fullmatch(word)
            or (word.isdigit() and (tokens.bare[number + 1 : number + 2] or [""])[0] in words("units"))
            or (word.isdigit() and _is_after_currency(tokens, number))
        )
    }


def _is_after_currency(tokens: Tokens, number: int) -> bool:
    start = tokens.places[number][0]
    return start > 0 and tokens.text[start - 1] in "$£€"


def _is_kind(signs: Signs, act: Place) -> bool:
    return signs.beside(act, "kind") and words("unkind").isdisjoint(_sentence(signs.tokens, act[0]))


def _sentence(tokens: Tokens, number: int) -> list[str]:
    sentence = tokens.sentence[number]
    begin = bisect_left(tokens.sentence, sentence)
    return tokens.bare[begin : bisect_left(tokens.sentence, sentence + 1, lo=begin)]
