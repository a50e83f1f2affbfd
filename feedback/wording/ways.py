"""RULE: a private message fits the way by which it answers: written, in a text message, or said."""

from enum import StrEnum

_SEVEN_BITS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # take two places
# Characters of one text message alone, and of each part of a longer one (3GPP TS 23.040).
PLAIN, PLAIN_PART = 160, 153
MARKED, MARKED_PART = 70, 67


class Way(StrEnum):
    WRITTEN = "written"
    TEXT = "text"  # no greeting of its own line, no signature block; as short as it can be
    SPOKEN = "spoken"  # what is to be said: nobody "wrote" or "reads" anything


_BY_CHANNEL = {"sms": Way.TEXT, "phone": Way.SPOKEN, "in_person": Way.SPOKEN}


def way_of(channel: str) -> Way:
    return _BY_CHANNEL.get(channel, Way.WRITTEN)


def text_messages(text: str) -> int:
    """How many the network counts and bills. Marks of Vietnamese make room for 70 characters, not 160."""
    if all(letter in _SEVEN_BITS or letter in _TWICE for letter in text):
        return _parts(len(text) + sum(letter in _TWICE for letter in text), PLAIN, PLAIN_PART)
    return _parts(len(text.encode("utf-16-be")) // 2, MARKED, MARKED_PART)


def _parts(size: int, alone: int, part: int) -> int:
    return 1 if size <= alone else -(-size // part)
