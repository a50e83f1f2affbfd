"""What went wrong, guessed from single words, where no phrase of problems.toml stands whole in a text.

Each word of those phrases speaks for the problems whose phrases hold it, the more clearly the fewer they are:
"the pen does not write" is no phrase, but "write" after "does not" is at home among the defects.
"""

import math
import re
from collections import Counter, defaultdict
from functools import cache

from feedback.orthography import align, unmark
from feedback.text.lexicon import table
from feedback.text.tokens import Tokens

LEAST = 4.0  # what the words must add up to before anything is guessed
LEAD = 0.3  # and how far ahead of the next problem
TOGETHER = 1.5  # how much more a choice of several words says than one word
CLEAR = 0.5  # below it a word is at home with too many problems to tell anything

PHRASES_OF = {"delivered_not_received": "sign_says_delivered"}  # a problem that has none of its own

Votes = dict[str, float]
Choice = tuple[str, ...]


def hinted(tokens: Tokens, among: tuple[str, ...]) -> str | None:
    """The problem of `among` that the words speak for, each choice of words once; None when unclear."""
    votes: Counter[str] = Counter()
    words = tokens.bare if tokens.unmarked else tokens.words
    known = _votes(among, tokens.unmarked)
    heard: set[Choice] = set()
    number = 0
    while number < len(words):
        said = known.get(words[number], ())
        number += 1
        for choice, its in said:
            if choice not in heard and tuple(words[number - 1 : number - 1 + len(choice)]) == choice:
                heard.add(choice)
                votes.update(its)
                number += len(choice) - 1
                break
    (best, most), (_, next_most) = [*votes.most_common(2), ("", 0.0), ("", 0.0)][:2]
    return best if most >= LEAST and most - next_most >= LEAD else None


@cache
def _votes(among: tuple[str, ...], unmarked: bool) -> dict[str, list[tuple[Choice, Votes]]]:
    """First word -> the choices that begin with it, longest first, and what each speaks for."""
    begun: dict[str, list[tuple[Choice, Votes]]] = defaultdict(list)
    for choice, groups in _homes(among, unmarked).items():
        clear = math.log(len(among) / len(groups)) * (TOGETHER if len(choice) > 1 else 1.0)
        if clear > CLEAR:
            total = groups.total()
            begun[choice[0]].append((choice, {name: clear * n / total for name, n in groups.items()}))
    for choices in begun.values():
        choices.sort(key=lambda one: -len(one[0]))
    return dict(begun)


def _homes(among: tuple[str, ...], unmarked: bool) -> dict[Choice, Counter[str]]:
    """Choice of words -> how many phrases of each problem hold it."""
    content = table("problems")
    lists = content.pop("words")
    homes: dict[Choice, Counter[str]] = defaultdict(Counter)
    for name in among:
        for phrase in (one for written in content[PHRASES_OF.get(name, name)].values() for one in written):
            homes_of_phrase = {_words(choice, unmarked) for choice in _choices(phrase, lists)}
            for choice in homes_of_phrase:
                homes[choice][name] += 1
    return homes


def _choices(phrase: str, lists: dict[str, list[str]]) -> list[str]:
    slots = [part for part in phrase.removesuffix(" ^").split() if part[0] != "~"]
    return [
        one
        for slot in slots
        for choice in slot.split("|")
        for one in (lists[choice[1:]] if choice[0] == "$" else [choice])
    ]


def _words(choice: str, unmarked: bool) -> Choice:
    words = re.split("[-_]", align(choice.removeprefix("=")).text.lower())
    return tuple(map(unmark, words) if unmarked else words)
