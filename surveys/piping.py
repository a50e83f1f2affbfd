"""RULE: order facts and earlier answers inside a question's words. A fixed list of names; no template engine.

`{product}` stands for the fact, `{answer:ID}` for what an earlier question got. Nothing in braces is ever
looked up elsewhere, and what a customer wrote is only ever put in as text, once: it is not searched again.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum


class Name(StrEnum):
    PRODUCT = "product"
    ORDER = "order"
    ORDERED_ON = "ordered_on"
    DELIVERED_ON = "delivered_on"
    LOCATION = "location"
    SHOP = "shop"
    ANSWER = "answer"


# What is said when the fact is not known: the sentence has to read well all the same.
_INSTEAD: dict[str, dict[str, str]] = {
    Name.PRODUCT: {"vi": "món hàng đã mua", "en": "what you bought"},
    Name.ORDER: {"vi": "của anh/chị", "en": "you placed"},
    Name.ORDERED_ON: {"vi": "hôm đó", "en": "that day"},
    Name.DELIVERED_ON: {"vi": "hôm đó", "en": "that day"},
    Name.LOCATION: {"vi": "cửa hàng", "en": "our shop"},
    Name.SHOP: {"vi": "cửa hàng", "en": "our shop"},
    Name.ANSWER: {"vi": "điều anh/chị đã chọn", "en": "what you chose"},
}
_PLACE = re.compile(r"\{([^{}]*)\}")
_ANSWER = re.compile(r"answer:([a-z][a-z0-9_-]{0,39})")
LONGEST_PIECE = 80  # characters; a longer product name or answer would bury the question


def places(text: str) -> Iterator[str]:
    """What stands in braces, as written."""
    yield from _PLACE.findall(text)


def unknown(text: str) -> str | None:
    """The first thing in braces that is not on the list; a lone brace counts. None: all is well."""
    for place in places(text):
        if not _ANSWER.fullmatch(place) and (place == Name.ANSWER or place not in tuple(Name)):
            return place
    rest = _PLACE.sub("", text)
    return next((brace for brace in rest if brace in "{}"), None)


def answers_in(text: str) -> tuple[str, ...]:
    """The questions whose answers it repeats."""
    return tuple(found[1] for place in places(text) if (found := _ANSWER.fullmatch(place)))


def is_plain(text: str) -> bool:
    return "{" not in text


def fill(text: str, known: Mapping[str, str], language: str) -> str:
    """`known`: words by fact name, and by "answer:ID". What is not known is paraphrased."""
    if is_plain(text):
        return text

    def piece(found: re.Match[str]) -> str:
        place = found[1]
        words = known.get(place, "").strip()
        if not words:
            instead = _INSTEAD.get("answer" if place.startswith("answer:") else place)
            return instead[language] if instead else found[0]
        return words if len(words) <= LONGEST_PIECE else words[: LONGEST_PIECE - 1].rstrip() + "…"

    return _PLACE.sub(piece, text)
