"""The sentence bank: one file a language, and the choice among ways to say a thing. Same seed, same words."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from feedback.wording.titles import CALLED

LANGUAGES = ("vi", "en")
NEUTRAL = "anh/chị"  # as the sentences are written: to somebody of whom nothing is known
ADDRESSES = ("", "anh", "chị", "quý khách")
"""How a Vietnamese text may be asked to call the customer; "": neutral. English has one word for all."""


class Phrases:
    """One language's sentences, as `phrases.pick("public", "thanks", seed)`."""

    def __init__(self, language: str, data: Mapping[str, Any], about: str = "") -> None:
        """`about`: a problem of which some things are said otherwise, in sections that end with its name."""
        self.language = language
        self._data, self._about = data, about

    def all(self, section: str, slot: str) -> tuple[str, ...]:
        return tuple(self._said(section, slot))

    def word(self, section: str, slot: str) -> str:
        return str(self._said(section, slot))

    def _said(self, section: str, slot: str) -> Any:
        special = self._data.get(f"{section}_{self._about}", {})
        return special[slot] if slot in special else self._data[section][slot]

    def sentences(self) -> Iterator[str]:
        for slots in self._data.values():
            for said in slots.values():
                yield from (said,) if isinstance(said, str) else said

    def slots(self, section: str) -> tuple[str, ...]:
        return tuple(self._data[section])

    def pick(self, section: str, slot: str, seed: str) -> str:
        choices = self.all(section, slot)
        return str(choices[draw(seed, f"{self.language}.{section}.{slot}", len(choices))])


class Heard(Phrases):
    """The same without what speaks of writing and reading, for what is said or texted."""

    def all(self, section: str, slot: str) -> tuple[str, ...]:
        every = super().all(section, slot)
        return tuple(said for said in every if not _READ.search(said)) or every


_READ = re.compile(
    r"(?<!\w)(?:đọc|viết|dòng|wr[io]te\w*|writing|written|read|reading|lines)(?!\w)", re.IGNORECASE
)


def draw(seed: str, slot: str, count: int) -> int:
    """A number below `count`, always the same for the same seed and slot, in every process and version."""
    key = f"{seed}\x1f{slot}".encode(errors="backslashreplace")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") % count


@cache
def phrases(language: str, address: str = "", *, heard: bool = False, about: str = "") -> Phrases:
    """The same choice for every `address`: only the word for them is another. `about`: the problem."""
    if language not in LANGUAGES:
        raise ValueError(f"language: “{language}” is not one of {', '.join(LANGUAGES)}")
    if address not in ADDRESSES and address not in CALLED:
        raise ValueError(f"address: “{address}” is not one of {', '.join(filter(None, ADDRESSES))}")
    written = (Path(__file__).with_name("phrasebook") / f"{language}.toml").read_text(encoding="utf-8")
    kind = Heard if heard else Phrases
    return kind(language, tomllib.loads(addressed(written, address)), about)


def addressed(text: str, address: str) -> str:
    """Vietnamese words of ours that call the customer `address` instead of anh/chị."""
    if not address:
        return text
    return text.replace(NEUTRAL, address).replace(NEUTRAL.capitalize(), address.capitalize())
