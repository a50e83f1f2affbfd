"""How a text feels: learned weights of words first, TextBlob only for English in which no word is known.

The one door to TextBlob: importing it costs seconds, so it happens in `_second_opinion`, late.
"""

import math
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from feedback.text.features import REACH, negations, seen_words
from feedback.text.lexicon import Hit
from feedback.text.reading import Lang, Sentiment
from feedback.text.tokens import Tokens

Weight = tuple[float, float, float]  # for negative, for positive, both against neutral; for complaint
Sums = tuple[float, float, int]  # negative, positive, features known
WHOLE = "(any)"  # the feature that every text has
WOE = 2.0  # what a problem that is told adds to the bad side and takes from the good
TURN = 4.0  # what a turn of phrase of feelings.toml adds to one side and takes from the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeling:
    """Score is the chance of positive less that of negative; `clauses` holds what each clause adds up to."""

    sentiment: Sentiment
    score: float
    complaint: float
    clauses: dict[int, "Sums"]

    def of_clause(self, clause: int) -> float:
        """The score of one clause; 0.0 when none of its words is known."""
        if clause not in self.clauses:
            return 0.0
        negative, positive, known = self.clauses[clause]
        bad, good = _chances(negative / math.sqrt(known), positive / math.sqrt(known))
        return good - bad


UNREAD = Feeling(sentiment=Sentiment.UNKNOWN, score=0.0, complaint=0.0, clauses={})


class Known(NamedTuple):
    """What was learned about a word: alone, before another word, under a negation."""

    alone: Weight | None
    before: dict[str, Weight]
    turned: Weight | None


UNKNOWN = Known(None, {}, None)


@cache
def weights(language: str) -> dict[str, Known]:
    """Word -> what was learned of it. A text in both languages uses both, Vietnamese first."""
    if language == Lang.MIXED:
        return _by_word(_learned("en") | _learned("vi"))
    return _by_word(_learned(language))


def _learned(language: str) -> dict[str, Weight]:
    """Feature, as `features` names it -> weight."""
    lines = (files(__package__) / "lexicons" / f"weights.{language}.tsv").read_text("utf-8").splitlines()
    table: dict[str, Weight] = {}
    number = cache(float)  # the same few hundred numbers again and again
    for line in lines:
        if line[:1] != "#" or line.startswith("#\t"):
            name, negative, positive, complaint = line.split("\t")
            table[name] = number(negative), number(positive), number(complaint)
    return table


def _by_word(learned: dict[str, Weight]) -> dict[str, Known]:
    table: dict[str, Known] = {}
    for name, weight in learned.items():
        first, is_pair, second = name.partition(" ")
        is_turned = not is_pair and name[:1] == "!"
        known = table.get(first[is_turned:], UNKNOWN)
        if is_pair:
            known = known if known.before else known._replace(before={})
            known.before[second] = weight
        else:
            known = known._replace(turned=weight) if is_turned else known._replace(alone=weight)
        table[first[is_turned:]] = known
    return table


def feel(tokens: Tokens, hits: list[Hit], lang: Lang, text: str) -> Feeling:
    """Sentiment of the words given; unknown when the language is not ours."""
    if lang in (Lang.OTHER, Lang.UNKNOWN) or not tokens.words:
        return UNREAD
    table = weights(lang.value)
    turns = [hit for hit in hits if hit.area == "feelings"]
    covered = {number for hit in turns if hit.name == "good" for number in range(hit.first, hit.past)}
    heard = _heard(tokens.without(covered) if covered else tokens, table)
    negative, positive, complaint, known, clauses = _sums(heard)
    for hit in turns:
        side = TURN if (hit.name == "good") != hit.denied else -TURN
        positive += side
        negative -= side
    known += len(turns)
    told = sum(
        hit.area == "problems"
        and not hit.name.startswith(("by_", "sign_"))
        and not (hit.denied or hit.unreal)
        for hit in hits
    )
    negative += WOE * min(told, 2)
    positive -= WOE * min(told, 2)
    start = table[WHOLE].alone or (0.0, 0.0, 0.0)
    if known < 2 and lang is Lang.EN and not turns:
        return _second_opinion(text)
    scale = 1 / math.sqrt(known + 1)
    bad, good = _chances((negative + start[0]) * scale, (positive + start[1]) * scale)
    return Feeling(
        sentiment=_word_for(bad, good),
        score=round(good - bad, 3),
        complaint=(complaint + start[2]) * scale,
        clauses=clauses,
    )


def _heard(tokens: Tokens, table: dict[str, Known]) -> list[tuple[int, Weight]]:
    """Clause and weight of each of the text's features that is known, in the order of `features`."""
    turning = negations(tokens)
    heard: list[tuple[int, Weight]] = []
    pairs, pairs_sentence = UNKNOWN.before, -1
    turned, turned_clause = 0, -1
    for word, clause, sentence in zip(seen_words(tokens), tokens.clause, tokens.sentence, strict=True):
        alone, before, under = table.get(word, UNKNOWN)
        if alone:
            heard.append((clause, alone))
        if sentence == pairs_sentence and word in pairs:
            heard.append((clause, pairs[word]))
        if turned:
            turned -= 1
            if under and clause == turned_clause:
                heard.append((clause, under))
        if word in turning:
            turned, turned_clause = REACH, clause
        pairs, pairs_sentence = before, sentence
    return heard


def _sums(heard: list[tuple[int, Weight]]) -> tuple[float, float, float, int, dict[int, Sums]]:
    """Negative, positive, complaint, how many features there are; and the same by clause."""
    negative = positive = complaint = of_negative = of_positive = 0.0
    clauses: dict[int, Sums] = {}
    of_known, clause = 0, -1
    for place, (bad, good, complains) in heard:
        if place != clause:  # clauses come in order
            if of_known:
                clauses[clause] = of_negative, of_positive, of_known
            clause, of_negative, of_positive, of_known = place, 0.0, 0.0, 0
        negative += bad
        positive += good
        complaint += complains
        of_negative += bad
        of_positive += good
        of_known += 1
    if of_known:
        clauses[clause] = of_negative, of_positive, of_known
    return negative, positive, complaint, len(heard), clauses


def only_pressure(feeling: Feeling) -> Feeling:
    """Nothing but an "or else": whatever its words, nobody says that with pleasure."""
    if feeling.sentiment is Sentiment.UNKNOWN:
        return feeling
    return replace(feeling, sentiment=Sentiment.NEGATIVE, score=min(feeling.score, -0.5), complaint=1.0)


def _chances(negative: float, positive: float) -> tuple[float, float]:
    top = max(negative, positive, 0.0)
    bad, good, neither = math.exp(negative - top), math.exp(positive - top), math.exp(-top)
    total = bad + good + neither
    return bad / total, good / total


def _word_for(bad: float, good: float) -> Sentiment:
    neither = 1 - bad - good
    if neither > bad and neither > good:
        return Sentiment.NEUTRAL
    return Sentiment.NEGATIVE if bad >= good else Sentiment.POSITIVE


def _second_opinion(text: str) -> Feeling:
    from textblob import TextBlob

    score = round(float(TextBlob(text).sentiment.polarity), 3)
    word = Sentiment.NEUTRAL
    if abs(score) >= 0.1:
        word = Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE
    return Feeling(sentiment=word, score=score, complaint=-score, clauses={})
