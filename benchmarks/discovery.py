"""How many of the topics that no theme catches are proposed, and how many proposals are of nothing.

    .venv/bin/python benchmarks/discovery.py [--shops 10] [--large 20000]

A shop of eight weeks has 400 comments that no theme caught and 800 that one did, in one language. Both ramble
in the same words, some up to twice as often in one as in the other, with words that hardly come again. Among
the missed ones a topic of our own invention is planted, said by 5 to 40 people in eight ways with changing
words; one in three types Vietnamese without marks. Found: a proposal of which most comments are the topic's,
and which has most of the topic's. In quiet shops nothing is planted: there every proposal is of nothing. In
those with copies one person says the same thing thirty times, and thirty people send a text around. Before
all that, seconds and memory for --large missed comments beside as many caught ones. Seeds are fixed. Exits
with 1 when fewer than 90 % of the topics of twelve people are found, more than one quiet shop in ten gets a
proposal, or copies are proposed.
"""

import argparse
import random
import resource
import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from feedback.orthography import unmark
from feedback.text.reading import Lang
from feedback.text.topics import Said, Topic, find

ROOT = Path(__file__).resolve().parent.parent
MISSED, CAUGHT = 400, 800
PEOPLE = (5, 8, 12, 20, 40)
ENOUGH, WANTED, QUIET_AT_MOST = 12, 0.90, 0.10
WORDS = tomllib.loads((ROOT / "benchmarks" / "discovery.toml").read_text("utf-8"))


@dataclass
class Shop:
    said: list[Said]
    topic: list[str]  # of each, "" of what is none


def make(
    lang: Lang, seed: int, *, missed: int = MISSED, caught: int = CAUGHT, people: int = 0, topic: str = ""
) -> Shop:
    dice = random.Random(seed)
    often = [1 / (place + 1) ** 0.5 for place in range(len(WORDS[lang]["some"]))]
    likes = {"m": [weight * dice.lognormvariate(0, 0.25) for weight in often], "c": often}
    made = Shop([], [])

    def say(kind: str, parts: list[str], themes: tuple[str, ...] = (), about: str = "") -> None:
        parts = parts + dice.choices(WORDS[lang]["some"], likes[kind], k=dice.choice((1, 1, 2, 3)))
        dice.shuffle(parts)
        if dice.random() < 0.3:
            parts.append(" ".join(dice.sample(WORDS[lang]["rare"], 3)))
        words = ". ".join(
            part.format(who=dice.choice(WORDS[lang]["who"]), when=dice.choice(WORDS[lang]["when"]))
            for part in parts
        )
        plain = lang is Lang.VI and dice.random() < 0.33
        made.said.append(Said(text=unmark(words) if plain else words, who=f"{len(made.said)}", themes=themes))
        made.topic.append(about)

    for _number in range(people):
        say("m", [dice.choice(WORDS[lang]["topics"][topic])], about=topic)
    for _number in range(missed - people):
        say("m", [])
    for _number in range(caught):
        theme = dice.choice(sorted(WORDS[lang]["themed"]))
        say("c", [dice.choice(WORDS[lang]["themed"][theme])], (theme,))
    return made


def is_of(one: Topic, shop: Shop, topic: str) -> bool:
    its = [shop.topic[place] for place in one.comments]
    return its.count(topic) > len(its) / 2 and its.count(topic) >= shop.topic.count(topic) / 2


def planted(lang: Lang, people: int, shops: int) -> tuple[float, float]:
    """Share of the topics that are found, and proposals of nothing in a shop."""
    found = nothing = tried = 0
    for number in range(shops):
        for place, topic in enumerate(WORDS[lang]["topics"]):
            shop = make(lang, 1000 * number + 100 * place + people, people=people, topic=topic)
            proposed = find(shop.said, lang=lang)
            found += any(is_of(one, shop, topic) for one in proposed)
            nothing += sum(
                Counter(shop.topic[place] for place in one.comments)[topic] <= len(one.comments) / 2
                for one in proposed
            )
            tried += 1
    return found / tried, nothing / tried


def quiet(lang: Lang, shops: int) -> float:
    """Share of the shops without a topic that get a proposal."""
    return sum(bool(find(make(lang, 9000 + number).said, lang=lang)) for number in range(shops)) / shops


def copied(lang: Lang, shops: int) -> int:
    """Proposals of what one says again and again, and of what is sent around."""
    proposed = 0
    for number in range(shops):
        dice = random.Random(number)
        shop = make(lang, 7000 + number)
        ways = WORDS[lang]["topics"]["parking"]
        again = [
            Said(text=f"{dice.choice(ways)} {dice.random():.3f}".format(who="x", when="y"), who="one")
            for _time in range(30)
        ]
        spread = ". ".join(WORDS[lang]["topics"]["music"]).format(who="x", when="y")
        around = [Said(text=f"{spread}{'!' * (time % 4)} {time}", who=f"some {time}") for time in range(30)]
        proposed += len(find([*shop.said, *again, *around], lang=lang))
    return proposed


def large(lang: Lang, many: int) -> None:
    topics = list(WORDS[lang]["topics"])
    shop = make(lang, 1, missed=many, caught=many, people=many // 100, topic=topics[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    proposed = find(shop.said, lang=lang)
    seconds = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{lang}: {many:,} missed beside {many:,} caught: {seconds:.1f} s, "
        f"{grown:.0f} MB more, {len(proposed)} proposed"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shops", type=int, default=10)
    options.add_argument("--large", type=int, default=20_000)
    chosen = options.parse_args()
    find(make(Lang.EN, 0).said, lang=Lang.EN)  # what is loaded once
    ok = True
    for lang in (Lang.VI, Lang.EN):
        large(lang, chosen.large)
    print("people who speak of it: share found, proposals of nothing a shop")
    for lang in (Lang.VI, Lang.EN):
        for people in PEOPLE:
            found, nothing = planted(lang, people, chosen.shops)
            print(f"{lang} {people:>3} {found:>5.0%} {nothing:.2f}", flush=True)
            ok &= people < ENOUGH or found >= WANTED
        share, copies = quiet(lang, 4 * chosen.shops), copied(lang, chosen.shops)
        print(f"{lang} quiet shops with a proposal: {share:.1%}; proposals of copies: {copies}", flush=True)
        ok &= share <= QUIET_AT_MOST and copies == 0
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
