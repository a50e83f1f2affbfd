"""Which words of a text carry its leverage, so that what is left reads as it would without."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import compress

from feedback.text.bounds import likeliest
from feedback.text.lexicon import Hit
from feedback.text.pressing import Ints, kinds_named
from feedback.text.pressure import Place, Signs
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
_or_opens = re.compile(r"(?:or|else|otherwise|neu khong|khong thi|bang khong|con khong|keo|if not)\b")
ASKING = ("demand", "refusal")
HANGING = ("push", "refusal")
OPENING = ("demand", "tie", "refusal")
CURT = 3  # words
PRESSED = frozenset({"remedy", "ask", "cond", "when", "media", "rating", "bank", "edit", "tell", "crowd"})
SCRAP = 2  # words left of a sentence that say nothing by themselves
NEVER = -1e6
TOLD, COMPLAINING = 1.5, 1.0  # how much it counts against a word that the signs leave it, that it complains
RUN_ON = (4.0, 3.0, 3.0, 0.0)  # against a bound in a later sentence, by the kind of break


def cut(signs: Signs, hits: list[Hit], acts: list[Place]) -> set[int]:
    """Numbers of the words to cut: the sentences of acts and what ties them, but for what tells a problem.

    So too the stretch that presses for sure, whatever acts are named in it.
    """
    tokens, places, sure = signs.tokens, signs.places, signs.sure
    its, sentence = slice(tokens.first, tokens.past), tokens.sentence
    breaks = signs.bounded.breaks[its]
    segments = (breaks > 0).cumsum().tolist()
    telling = [hit for hit in hits if hit.area in ("problems", "themes") and hit.kind != "about"]
    problems = _outside([hit for hit in telling if hit.area == "problems"], places["demand"])
    acting = {sentence[first] for first, _ in acts} | set(sentence[slice(*sure[0])] if sure else ())
    wishing = _having(sentence, places, ("wish",))  # "I want to return it" complains
    mute = _mute(sentence, places, signs.bounded.kinds[its])
    spared = (_sentences_of(sentence, problems) | wishing | mute) - _tied(tokens, places, problems)
    core = set(sentence[slice(*sure[1])] if sure else ()) - mute
    spared -= {sentence[first] for first, _ in acts} | core
    acting -= spared
    held = acting | (_beside(acting) & (_having(sentence, places, PUSHING) | _curt(sentence, places)))
    held = (held | _run_up(tokens, acting)) - spared
    demanding = _demanding(tokens, places, held) - spared
    pressed = [place for sign in PRESSING for place in places[sign] if sentence[place[0]] in held]
    told = _of(segments, problems)
    outside = _outside(telling, pressed)
    left = _of(segments, outside)
    carrying = {segments[number] for first, past in acts for number in (first, past - 1)}
    pressing = carrying | _in(segments, places, PRESSING)
    asking = _in(segments, places, ASKING)
    taken = {
        number
        for number, segment in enumerate(segments)
        if (sentence[number] in acting or not signs.calm[number])
        and (
            (sentence[number] in acting and segment in pressing)
            or (sentence[number] in held and segment not in left)
            or (sentence[number] in demanding and segment in asking and segment not in told)
        )
    }
    complaining = {number for hit in outside for number in range(hit.first, hit.past)}
    first = sentence[0] if signs.numbers[0] == 0 else None
    bounded = _bounded(
        signs.bounded.scores[its].tolist(), breaks.tolist(), sentence, taken, complaining, first
    )
    return bounded | _rounded(sentence, places, bounded, acts)


def _rounded(
    sentence: list[int], places: dict[str, list[Place]], taken: set[int], acts: list[Place]
) -> set[int]:
    """The words that belong to an act's sentence though the bounds leave them out.

    A demand or condition that opens the sentence, the signs that the cut would tear, all up to the last act:
    "Exchange the cracked one, or …", "… if my parcel does not show up", "five stars, or no pot and 1 star".
    """
    acting = {sentence[first] for first, _ in acts}
    is_alone = not sentence or sentence[0] == sentence[-1]  # then the complaint may well open it
    opening = set() if is_alone else {first for sign in OPENING for first, _ in places[sign]}
    torn = [place for sign in OPENING for place in places[sign] if not taken.isdisjoint(range(*place))]
    more: set[int] = set()
    for one in {sentence[number] for number in taken} & acting:
        first, past = bisect_left(sentence, one), bisect_left(sentence, one + 1)
        its = [number for number in range(first, past) if number in taken]
        begin = first if first in opening else its[0]
        ends = [end for at, end in (*acts, *torn) if sentence[at] == one]
        more.update(range(begin, min(past, max(its[-1] + 1, *ends))))
    return more


def _bounded(
    told: Sequence[Sequence[float]],
    breaks: list[int],
    sentence: list[int],
    taken: set[int],
    complaining: set[int],
    opening: int | None,
) -> set[int]:
    """In each sentence with words that are taken: those that belong to the "or else", from first to last.

    Whoever ended a sentence before hardly runs on in this one; `opening` is the sentence that opens the text.
    """
    pressing = {sentence[number] for number in taken}
    is_pressing = [its in pressing for its in sentence]
    asked: list[int] = []  # only what presses, and the word behind it, with which it may have ended
    scores: list[tuple[float, float, float]] = []
    for number, presses in enumerate(is_pressing):
        if not presses and number and not is_pressing[number - 1]:
            continue
        belongs, begins, ends = told[number]
        run_on = RUN_ON[breaks[number]] if sentence[number] != opening else 0.0
        asked.append(number)
        if presses:
            against = TOLD * (number not in taken) + COMPLAINING * (number in complaining)
            scores.append((belongs - against, begins - run_on, ends - run_on))
        else:
            scores.append((NEVER, NEVER, ends - run_on))
    within = set(compress(asked, likeliest(scores)))
    rest = Counter(its for number, its in enumerate(sentence) if its in pressing and number not in within)
    unbounded = (pressing - {sentence[number] for number in within}) | {
        its for its, many in rest.items() if many <= SCRAP
    }
    return within | {number for number in taken if sentence[number] in unbounded}


def _of(segments: list[int], hits: list[Hit]) -> set[int]:
    return {segments[number] for hit in hits for number in range(hit.first, hit.past)}


def _sentences_of(sentence: list[int], hits: list[Hit]) -> set[int]:
    return {sentence[hit.first] for hit in hits}


def _having(sentence: list[int], places: dict[str, list[Place]], signs: tuple[str, ...]) -> set[int]:
    return {sentence[first] for sign in signs for first, _ in places[sign]}


def _tied(tokens: Tokens, places: dict[str, list[Place]], problems: list[Hit]) -> set[int]:
    """Sentences that hang on a condition, and do not just wish: "muốn" in "muốn lấy lại tiền" is none.

    Nor is one what a problem is told with: without marks "hàng không tới" reads like "không tôi".
    """
    late = [hit for hit in problems if hit.name != "refund_pending"]
    telling = {number for hit in late for number in range(hit.first, hit.past)}
    ties = [tie for tie in places["tie"] if tokens.bare[tie[0]] != "muon"]
    ties += [place for sign in HANGING for place in places[sign]]
    return {tokens.sentence[first] for first, _ in ties if first not in telling}


def _mute(sentence: list[int], places: dict[str, list[Place]], kinds: Ints) -> set[int]:
    """Sentences of two or three words that hold no sign and no word of pressure: "Spout chipped." """
    signed = set(_having(sentence, places, tuple(places)))
    curt = {one for one in set(sentence) - signed if sentence.count(one) <= CURT}
    if not curt:
        return curt
    return curt - {
        its
        for its, kind in zip(sentence, kinds.tolist(), strict=True)
        if its in curt and not PRESSED.isdisjoint(kinds_named(kind))
    }


def _curt(sentence: list[int], places: dict[str, list[Place]]) -> set[int]:
    """Sentences of a word or three that hold a sign: "24 hours.", "MY MONEY!!!"."""
    return {one for one in _having(sentence, places, (*ASKING, "tie")) if sentence.count(one) <= CURT}


def _beside(sentences: set[int]) -> set[int]:
    return {near for one in sentences for near in (one - 1, one + 1)} - sentences


def _run_up(tokens: Tokens, acting: set[int]) -> set[int]:
    """Shouted words before an "or else": "GIVE!!! MY MONEY!!! BACK!!! OR …"."""
    before: set[int] = set()
    for one in acting:
        if _or_opens.match(_opening(tokens, one)):
            while one and tokens.sentence.count(one - 1) <= CURT:
                one -= 1
                before.add(one)
    return before


def _demanding(tokens: Tokens, places: dict[str, list[Place]], held: set[int]) -> set[int]:
    """The sentence with the demand: before an "or else", or where the others have none, beside them."""
    asked = _having(tokens.sentence, places, ASKING) - held
    before = {one - 1 for one in held if _or_opens.match(_opening(tokens, one))} & asked
    if before or _having(tokens.sentence, places, ASKING) & held:
        return before
    return {one + 1 for one in held} & asked or {one - 1 for one in held} & asked


def _opening(tokens: Tokens, sentence: int) -> str:
    first = bisect_left(tokens.sentence, sentence)
    return " ".join(tokens.bare[first : first + 3])


def _outside(hits: list[Hit], signs: list[Place]) -> list[Hit]:
    """But for those that say little more than signs of pressure: "no refund" is what is threatened about."""
    said = {number for first, past in signs for number in range(first, past)}
    return [
        hit
        for hit in hits
        if not any(first - 1 <= hit.first and hit.past <= past + 1 for first, past in signs)
        and 3 * sum(number not in said for number in range(hit.first, hit.past)) > hit.past - hit.first
    ]


def _in(segments: list[int], places: dict[str, list[Place]], signs: tuple[str, ...]) -> set[int]:
    return {
        segments[number] for sign in signs for first, past in places[sign] for number in (first, past - 1)
    }


def spans(signs: Signs, taken: set[int]) -> tuple[Place, ...]:
    """Runs of the words taken, as offsets in the text as given."""
    found: list[Place] = []
    places, previous = signs.tokens.places, -2
    for number in sorted(taken):
        (start, end), its = places[number], signs.numbers[number]
        if its == previous + 1:
            begin, reached = found[-1]
            found[-1] = begin, max(reached, end)
        else:
            found.append((start, end))
        previous = its
    return tuple(found)
