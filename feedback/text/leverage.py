"""The "or else" in a text: which kind it is, and which words are cut out before anything else is read.

Leverage needs two things: an act that would hurt the shop (publicity, or taking the money back through the
bank) and a demand or condition that ties it to what the shop does. A refund wish, a right, an authority, a
review that is simply there, a farewell: none of these is leverage (S3-4).
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from feedback.text.lexicon import Hit
from feedback.text.reading import Leverage
from feedback.text.tokens import Tokens

ACTS = ("removal", "chargeback", "publicity", "posted")  # without one there is nothing to tie
NEAR = 1  # sentences between an act and its demand
LOOK_BACK = 40  # words before an act among which its "or else" is looked for
_openers = frozenset(
    {"or", "otherwise", "unless", "if", "nếu", "neu", "hoặc", "kẻo", "until", "once", "else"}
)
_persons = frozenset({"i", "we", "you", "then", "my", "tôi", "mình", "tui", "tao", "em", "thì", "là"})
_joins = frozenset({"and", "so", "then", "và", "rồi", "không", "bằng", "còn"})
_supposing = frozenset({"if", "unless", "or", "otherwise", "nếu", "neu", "hoặc", "kẻo", "thì", "là", "until"})
_bare_selves = frozenset({"toi", "minh", "tui", "tao", "em", "la", "thi", "chi", "anh"})
_others = frozenset(
    {"they", "shop", "seller", "store", "he", "she", "company", "staff", "chủ", "viên", "bên", "quán"}
)
_urging = frozenset({"asked", "offered", "begged", "bribed", "told", "bảo", "kêu", "dụ", "nhờ", "xin"})
_past = frozenset(
    {"đã", "asked", "requested", "had", "was", "were", "told", "wanted", "got", "received", "been", "to"}
)


_amount = re.compile(r"\d{1,4}(?:k|tr|cu|d|usd|vnd)")
_or_opens = re.compile(
    r"(?:or|else|otherwise|unless|neu khong|khong thi|bang khong|khong|if not|if i do not)\b"
)
_units = frozenset(
    {"k", "nghin", "ngan", "trieu", "cu", "dong", "vnd", "usd", "dollars", "bucks", "euro", "euros", "pounds"}
)
_prices = frozenset({"cash", "compensation", "voucher", "wire", "paypal", "khoan", "boi", "den", "bu"})
_or_else = tuple(
    f" {words} "
    for words in (
        "or i",
        "or else",
        "or ill",
        "otherwise",
        "unless",
        "neu khong",
        "bang khong",
        "keo",
        "khong thi",
        "khong la",
        "khong toi",
        "khong minh",
        "khong tui",
        "khong tao",
        "khong em",
        "khong chi",
        "khong anh",
        "con khong",
    )
)


@dataclass(slots=True)
class Signs:
    """For each kind of sign the places (first word, word past the last) where it stands."""

    places: dict[str, list[tuple[int, int]]]

    def has(self, sign: str) -> bool:
        return bool(self.places.get(sign))

    def sentences(self, sign: str, tokens: Tokens) -> set[int]:
        return {tokens.sentence[first] for first, _ in self.places.get(sign, ())}


def find(tokens: Tokens, hits: list[Hit], *, is_disputed: bool) -> tuple[Leverage | None, set[int]]:
    """The leverage, and the numbers of the words that carry it."""
    if not any(hit.area == "leverage" and hit.name in ACTS for hit in hits) and not is_disputed:
        return None, set()
    signs = _signs(tokens, hits)
    kind, acts = _kind(tokens, signs, is_disputed=is_disputed)
    if kind is None:
        return None, set()
    cut = _cut(tokens, signs, hits, acts)
    return Leverage(kind=kind, spans=_spans(tokens, cut)), cut


def _signs(tokens: Tokens, hits: list[Hit]) -> Signs:
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    supposed = {tokens.sentence[number] for number, word in enumerate(tokens.words) if word in _supposing}
    supposed |= {
        tokens.sentence[number]
        for number, word in enumerate(tokens.bare[1:], 1)
        if (word in _bare_selves and tokens.bare[number - 1] in ("khong", "di"))
        or (word == "refund" and tokens.bare[number - 1] == "no")
    }
    supposed |= {
        tokens.sentence[hit.first]
        for hit in hits
        if hit.area == "leverage" and hit.name in ("publicity", "chargeback") and not hit.denied
    }
    for hit in hits:
        if hit.area == "flags" and hit.name == "dispute":
            places["dispute"].append((hit.first, hit.past))
        if hit.area == "leverage":
            if hit.denied and tokens.sentence[hit.first] not in supposed:
                continue
            places[hit.name].append((hit.first, hit.past))
    places["demand"] = [place for place in places["demand"] if not _is_past(tokens, place[0])]
    return Signs(places)


def _is_past(tokens: Tokens, first: int) -> bool:
    before = tokens.words[max(0, first - 3) : first]
    return bool(before) and not _past.isdisjoint(before) and "i" not in tokens.words[first : first + 1]


def _kind(tokens: Tokens, signs: Signs, *, is_disputed: bool) -> tuple[str | None, list[tuple[int, int]]]:
    removals = _tied(tokens, signs, "removal")
    if removals:
        posted = signs.places.get("posted", [])
        for_money = _names_a_price(tokens) or (signs.has("money") and not posted)
        return "removal_for_money" if for_money else "posted_then_demand", removals + posted
    bank = _tied(tokens, signs, "chargeback")
    if is_disputed:
        further = [place for place in signs.places.get("demand", []) if _is_further(tokens, signs, place)]
        if further:
            return "chargeback_leverage", signs.places.get("chargeback", []) + signs.places[
                "dispute"
            ] + further
    if bank and not is_disputed:
        return "chargeback_leverage", bank
    acts = [act for act in _tied(tokens, signs, "publicity") if not _is_kind_word(tokens, signs, act)]
    if acts:
        return "review_threat", acts
    posted = [place for place in signs.places.get("posted", []) if _is_bait(tokens, signs, place)]
    if posted:
        return "posted_then_demand", posted
    return None, []


def _tied(tokens: Tokens, signs: Signs, sign: str) -> list[tuple[int, int]]:
    """Acts with a demand near by and a condition or announcement beside them, or behind an "or else"."""
    if not signs.has(sign):
        return []
    wanted = signs.sentences("demand", tokens)
    if sign == "removal":
        wanted |= signs.sentences("money", tokens) | _priced(tokens)
    loose = signs.sentences("condition", tokens) | signs.sentences("future", tokens)
    tied = []
    for act in signs.places.get(sign, ()):
        sentence = tokens.sentence[act[0]]
        near = any(abs(sentence - other) <= NEAR for other in wanted)
        is_open = sentence in loose or sign == "removal"
        if ((near and is_open) or _follows_or(tokens, act[0])) and not _is_told(tokens, act[0]):
            tied.append(act)
    return tied


def _follows_or(tokens: Tokens, first: int) -> bool:
    """An "or I", "otherwise", "nếu không" stands before the act in its sentence."""
    begin = max(bisect_left(tokens.sentence, tokens.sentence[first]), first - LOOK_BACK)
    before = f" {' '.join(tokens.bare[begin:first])} "
    return any(sign in before for sign in _or_else)


def _is_told(tokens: Tokens, first: int) -> bool:
    """The act lies in the past or is somebody else's: "had to leave", "they told everyone"."""
    sentence = tokens.sentence[first]
    earlier = [
        word
        for n, word in enumerate(tokens.words[:first][-LOOK_BACK:], max(0, first - LOOK_BACK))
        if tokens.sentence[n] == sentence
    ]
    if not _others.isdisjoint(earlier) and not _urging.isdisjoint(earlier):
        return True
    before = tokens.words[max(0, first - 3) : first]
    return "had" in before or "they" in before[-2:] or before[-1:] in (["never"], ["he"], ["she"])


def _is_further(tokens: Tokens, signs: Signs, place: tuple[int, int]) -> bool:
    """A demand that is not itself part of telling about the dispute."""
    sentence = tokens.sentence
    return not any(
        first - 2 < place[1] and place[0] < past + 2 and sentence[first] == sentence[place[0]]
        for sign in ("chargeback", "dispute")
        for first, past in signs.places.get(sign, ())
    )


def _names_a_price(tokens: Tokens) -> bool:
    return bool(_priced(tokens)) or not _prices.isdisjoint(tokens.bare)


def _priced(tokens: Tokens) -> set[int]:
    """Sentences with an amount of money such as "200k", "$50", "500 nghìn"."""
    return {
        tokens.sentence[number]
        for number, word in enumerate(tokens.bare)
        if _amount.fullmatch(word)
        or (word.isdigit() and (tokens.bare[number + 1 : number + 2] or [""])[0] in _units)
        or (
            word.isdigit()
            and (start := tokens.places[number][0]) > 0
            and tokens.aligned.text[start - 1] in "$£"
        )
    }


def _is_kind_word(tokens: Tokens, signs: Signs, act: tuple[int, int]) -> bool:
    sentence = tokens.sentence[act[0]]
    return sentence in signs.sentences("kind", tokens) and not any(
        word in {"bad", "negative", "1", "one", "xấu", "tệ", "phốt", "terrible"}
        for word in tokens.words[act[0] : act[1]]
    )


def _is_bait(tokens: Tokens, signs: Signs, place: tuple[int, int]) -> bool:
    """A posted review held over the shop: everywhere, or to stay until something is done."""
    sentence = tokens.sentence[place[0]]
    near = any(abs(sentence - other) <= NEAR for other in signs.sentences("demand", tokens))
    words = set(tokens.bare[place[0] : place[1] + 6])
    held = {
        "everywhere",
        "stays",
        "until",
        "stay",
        "unless",
        "khap",
        "now",
        "platforms",
        "day",
        "platform",
        "every",
    }
    return near and not words.isdisjoint(held)


def _segments(tokens: Tokens) -> list[int]:
    """Number of the segment of each word: finer than clauses, broken before "or", "if", "and I"."""
    numbers, current, words = [], 0, tokens.words
    for number, word in enumerate(words):
        if number:
            new_clause = tokens.clause[number] != tokens.clause[number - 1]
            after = words[number + 1] if number + 1 < len(words) else ""
            if new_clause or word in _openers or (word in _joins and after in _persons):
                current += 1
        numbers.append(current)
    return numbers


def _cut(tokens: Tokens, signs: Signs, hits: list[Hit], acts: list[tuple[int, int]]) -> set[int]:
    segments = _segments(tokens)
    carrying = {segments[first] for first, _ in acts} | {segments[past - 1] for _, past in acts}
    act_sentences = {tokens.sentence[first] for first, _ in acts}
    demand_sentences = _demands_apart(tokens, signs, act_sentences)
    telling = {
        segments[number]
        for hit in hits
        if hit.area in ("problems", "themes") and hit.kind != "about"
        for number in range(hit.first, hit.past)
    }
    pressing = {
        segments[number]
        for sign in ("condition", "demand", "publicity", "removal", "posted", "chargeback")
        for first, past in signs.places.get(sign, ())
        for number in range(first, past)
    }
    asking = {segments[first] for first, _ in signs.places.get("demand", ())}
    cut = set()
    for number, segment in enumerate(segments):
        if tokens.sentence[number] in act_sentences:
            if segment in carrying or segment in pressing or segment not in telling:
                cut.add(number)
        elif tokens.sentence[number] in demand_sentences and segment in asking:
            cut.add(number)
    return cut


def _demands_apart(tokens: Tokens, signs: Signs, act_sentences: set[int]) -> set[int]:
    """Sentences next to an act that hold its demand: before an "or else", or where it has none itself."""
    demands = signs.sentences("demand", tokens)
    apart = set()
    for sentence in act_sentences:
        first = bisect_left(tokens.sentence, sentence)
        opening = " ".join(tokens.bare[first : first + 4])
        if _or_opens.match(opening) and (sentence not in demands or opening.startswith("if i")):
            apart |= {sentence - 1} & demands
        elif not act_sentences & demands:
            apart |= {sentence + 1} & demands or {sentence - 1} & demands
    return apart


def _spans(tokens: Tokens, cut: set[int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    previous = -2
    for number in sorted(cut):
        start, end = tokens.span(number, number + 1)
        if spans and number == previous + 1:
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
        previous = number
    return tuple(spans)
