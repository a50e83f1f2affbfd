"""What went wrong, guessed from single words, where no phrase of problems.toml stands whole in a text.

Each word of those phrases speaks for the problems whose phrases hold it, the more clearly the fewer they are:
"the pen does not write" is no phrase, but "write" after "does not" is at home among the defects.
"""

import math
import re
from collections import Counter, defaultdict
from functools import cache, partial

from feedback.orthography import align, unmark
from feedback.text.lexicon import table
from feedback.text.tokens import Tokens

LEAST = 5.5  # what the words must add up to before anything is guessed
LEAD = 0.3  # and how far ahead of the next problem
TOGETHER = 1.5  # how much more a choice of several words says than one word
CLEAR = 0.5  # below it a word is at home with too many problems to tell anything

# At home in every text: they tell of no problem, alone or beside each other.
_EVERYWHERE = frozenset(
    "a after again ago all and anyone are at be been by can could did do does even every everyone for"
    " from had has have he her his i if in is it its just last me month months more my never no not of"
    " on one only or our out over she so some still that the their them then they this to too two unless"
    " up us was we week weeks were what when which who will with without would away friends money pay"
    " people stay tell time year years you your ai anh bao bị các cái chắc chị cho chưa chỉ có còn cũng"
    " của đã đang đây đi đó được em gì hàng hay hôm khi không là lại lâu lên lần mà mình mới mua muốn"
    " này nay nên người nhiều như nhưng những nó nữa phải qua"
    " ra rất rồi sao sau sẽ shop so tại thì tôi trên trước từ và vào vẫn về với xin".split()
)

PHRASES_OF = {"delivered_not_received": "sign_says_delivered"}  # a problem that has none of its own

Choice = tuple[str, ...]
Votes = tuple[tuple[int, float], ...]  # numbers of problems, and what a choice of words says for each
Said = tuple[Choice, Votes]
Begun = tuple[Said | None, dict[str, list[Said]]]  # the word alone; by the second word, the longest first


def hinted(tokens: Tokens, among: tuple[str, ...]) -> str | None:
    """The problem of `among` that the words speak for, each choice of words once; None when unclear."""
    votes = [0.0] * len(among)
    words = tokens.bare if tokens.unmarked else tokens.words
    begun = _votes(among, tokens.unmarked)
    heard: set[Choice] = set()
    past = 0
    for number in [number for number, word in enumerate(words) if word in begun]:
        if number < past:
            continue
        said, longer = begun[words[number]]
        after = words[number + 1] if longer and number + 1 < len(words) else ""
        if after in longer:
            said = _longest(longer[after], words, number) or said
        if said is not None:
            choice, its = said
            past = number + len(choice)
            if choice not in heard:
                heard.add(choice)
                for which, says in its:
                    votes[which] += says
    most = max(votes)
    if most < LEAST or sum(most - other < LEAD for other in votes) > 1:
        return None
    return among[votes.index(most)]


def _longest(choices: list[Said], words: list[str], number: int) -> Said | None:
    """The first of the choices that stands there."""
    for said in choices:
        choice = said[0]
        if tuple(words[number : number + len(choice)]) == choice:
            return said
    return None


@cache
def _votes(among: tuple[str, ...], unmarked: bool) -> dict[str, Begun]:
    """By first word the choices that begin with it, and what each speaks for."""
    alone: dict[str, Said] = {}
    longer: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    commonplace = set(map(unmark, _EVERYWHERE)) if unmarked else _EVERYWHERE
    for choice, groups in _homes(among, unmarked).items():
        clear = math.log(len(among) / len(groups)) * (TOGETHER if len(choice) > 1 else 1.0)
        if clear > CLEAR and not commonplace.issuperset(choice):
            total = groups.total()
            said = choice, tuple((among.index(name), clear * n / total) for name, n in groups.items())
            if len(choice) == 1:
                alone[choice[0]] = said
            else:
                longer[choice[0]][choice[1]].append(said)
    for choices in (its for second in longer.values() for its in second.values()):
        choices.sort(key=lambda said: -len(said[0]))
    return {word: (alone.get(word), dict(longer.get(word, {}))) for word in (*alone, *longer)}


def _homes(among: tuple[str, ...], unmarked: bool) -> dict[Choice, Counter[str]]:
    """Choice of words -> how many phrases of each problem hold it."""
    content = table("problems")
    lists = content.pop("words")
    homes: dict[Choice, Counter[str]] = defaultdict(Counter)
    words = cache(partial(_words, unmarked=unmarked))  # lists stand in many phrases
    for name in among:
        for phrase in (one for written in content[PHRASES_OF.get(name, name)].values() for one in written):
            homes_of_phrase = {words(choice) for choice in _choices(phrase, lists)}
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
        if not choice.startswith("$part_")  # things that may break tell by themselves of no problem
    ]


def _words(choice: str, unmarked: bool) -> Choice:
    words = re.split("[-_]", align(choice.removeprefix("=")).text.lower())
    return tuple(map(unmark, words) if unmarked else words)
