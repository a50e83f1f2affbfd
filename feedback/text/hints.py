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

Choice = tuple[str, ...]
Votes = tuple[tuple[int, float], ...]  # numbers of problems, and what a choice of words says for each


def hinted(tokens: Tokens, among: tuple[str, ...]) -> str | None:
    """The problem of `among` that the words speak for, each choice of words once; None when unclear."""
    votes = [0.0] * len(among)
    words = tokens.bare if tokens.unmarked else tokens.words
    known = _votes(among, tokens.unmarked)
    heard: set[Choice] = set()
    past = 0
    for number, word in enumerate(words):
        if word not in known or number < past:
            continue
        for choice, its in known[word]:
            if len(choice) == 1 or tuple(words[number : number + len(choice)]) == choice:
                past = number + len(choice)
                if choice not in heard:
                    heard.add(choice)
                    for which, says in its:
                        votes[which] += says
                break
    most = max(votes, default=0.0)
    best = votes.index(most) if most >= LEAST else -1
    if best < 0 or any(most - other < LEAD for which, other in enumerate(votes) if which != best):
        return None
    return among[best]


@cache
def _votes(among: tuple[str, ...], unmarked: bool) -> dict[str, list[tuple[Choice, Votes]]]:
    """First word -> the choices that begin with it, longest first, and what each speaks for."""
    begun: dict[str, list[tuple[Choice, Votes]]] = defaultdict(list)
    for choice, groups in _homes(among, unmarked).items():
        clear = math.log(len(among) / len(groups)) * (TOGETHER if len(choice) > 1 else 1.0)
        if clear > CLEAR:
            total = groups.total()
            votes = tuple((among.index(name), clear * n / total) for name, n in groups.items())
            begun[choice[0]].append((choice, votes))
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
