"""Which words of a text carry its leverage, so that what is left reads as it would without."""

from feedback.text.lexicon import Hit
from feedback.text.pressure import Place
from feedback.text.tokens import Tokens

PRESSING = (
    "demand",
    "publicity",
    "removal",
    "undo",
    "posted",
    "chargeback",
    "push",
    "bluff",
    "ready",
    "refusal",
)
PUSHING = ("push", "bluff", "ready")  # these belong to the act wherever they stand near it
_openers = frozenset(
    {"or", "otherwise", "unless", "if", "nếu", "neu", "hoặc", "kẻo", "until", "once", "else"}
)
_persons = frozenset({"i", "we", "you", "then", "my", "tôi", "mình", "tui", "tao", "em", "thì", "là"})
_joins = frozenset({"and", "so", "then", "và", "rồi", "không", "bằng", "còn"})


def cut(tokens: Tokens, places: dict[str, list[Place]], hits: list[Hit], acts: list[Place]) -> set[int]:
    """Numbers of the words to cut: the sentences of acts and what ties them, but for what tells a problem."""
    segments, sentence = _segments(tokens), tokens.sentence
    acting = {sentence[first] for first, _ in acts}
    pushing = _beside(acting) & {sentence[first] for sign in PUSHING for first, _ in places[sign]}
    demanding = _demanding(sentence, places, acting | pushing)
    held = acting | pushing
    signs = [place for sign in PRESSING for place in places[sign] if sentence[place[0]] in held]
    telling = [hit for hit in hits if hit.area in ("problems", "themes") and hit.kind != "about"]
    told = {segments[number] for hit in telling for number in range(hit.first, hit.past)}
    left = {
        segments[number]
        for hit in telling
        if not _is_inside(hit, signs)
        for number in range(hit.first, hit.past)
    }
    carrying = {segments[number] for first, past in acts for number in (first, past - 1)}
    pressing = carrying | _in(segments, places, PRESSING)
    asking = _in(segments, places, ("demand", "refusal"))
    return {
        number
        for number, segment in enumerate(segments)
        if (sentence[number] in acting and segment in pressing)
        or (sentence[number] in held and segment not in left)
        or (sentence[number] in demanding and segment in asking and segment not in told)
    }


def _beside(sentences: set[int]) -> set[int]:
    return {near for one in sentences for near in (one - 1, one + 1)} - sentences


def _demanding(sentence: list[int], places: dict[str, list[Place]], held: set[int]) -> set[int]:
    """The sentence with the demand, where the others say none: the one after them, else the one before."""
    asked = {sentence[first] for sign in ("demand", "refusal") for first, _ in places[sign]}
    if asked & held:
        return set()
    return {one + 1 for one in held} & asked or {one - 1 for one in held} & asked


def _is_inside(hit: Hit, signs: list[Place]) -> bool:
    """The words say no more than a sign of pressure does: "no refund" is what is threatened about."""
    return any(first - 1 <= hit.first and hit.past <= past + 1 for first, past in signs)


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
