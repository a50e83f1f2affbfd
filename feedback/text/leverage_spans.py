"""Which words of a text carry its leverage, so that what is left reads as it would without."""

from feedback.text.lexicon import Hit
from feedback.text.pressure import Place
from feedback.text.tokens import Tokens

PRESSING = ("demand", "publicity", "removal", "posted", "chargeback", "push", "bluff", "refusal")
TYING = ("demand", "push", "bluff", "refusal")
_openers = frozenset(
    {"or", "otherwise", "unless", "if", "nếu", "neu", "hoặc", "kẻo", "until", "once", "else"}
)
_persons = frozenset({"i", "we", "you", "then", "my", "tôi", "mình", "tui", "tao", "em", "thì", "là"})
_joins = frozenset({"and", "so", "then", "và", "rồi", "không", "bằng", "còn"})


def cut(tokens: Tokens, places: dict[str, list[Place]], hits: list[Hit], acts: list[Place]) -> set[int]:
    """Numbers of the words to cut: an act's sentence but for what tells a problem, and its ties near by."""
    segments = _segments(tokens)
    sentence = tokens.sentence
    act_sentences = {sentence[first] for first, _ in acts}
    tie_sentences = {sentence[first] for sign in TYING for first, _ in places[sign]} & {
        near for one in act_sentences for near in (one - 1, one + 1)
    }
    telling = {
        segments[number]
        for hit in hits
        if hit.area in ("problems", "themes") and hit.kind != "about"
        for number in range(hit.first, hit.past)
    }
    carrying = {segments[number] for first, past in acts for number in (first, past - 1)}
    pressing = carrying | _in(segments, places, PRESSING)
    tying = _in(segments, places, TYING)
    return {
        number
        for number, segment in enumerate(segments)
        if (sentence[number] in act_sentences and (segment in pressing or segment not in telling))
        or (sentence[number] in tie_sentences and segment in tying and segment not in telling)
    }


def _in(segments: list[int], places: dict[str, list[Place]], signs: tuple[str, ...]) -> set[int]:
    return {
        segments[number] for sign in signs for first, past in places[sign] for number in (first, past - 1)
    }


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


def spans(tokens: Tokens, taken: set[int]) -> tuple[Place, ...]:
    """Runs of the words taken, as offsets in the text as given."""
    found: list[Place] = []
    previous = -2
    for number in sorted(taken):
        start, end = tokens.span(number, number + 1)
        if found and number == previous + 1:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
        previous = number
    return tuple(found)
