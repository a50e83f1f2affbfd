"""RULE: numbers of customer cards: twelve digits, the last of which catches what was mistyped (Luhn)."""

import secrets
import unicodedata

LENGTH, LONGEST = 12, 64


def mint() -> str:
    """Unguessable enough to be nobody's by chance, and never beginning with 0, which spreadsheets drop."""
    digits = str(1 + secrets.randbelow(9)) + "".join(str(secrets.randbelow(10)) for _ in range(LENGTH - 2))
    return digits + _check(digits)


def plain(typed: str) -> str:
    """As it is kept, however it was typed or scanned: without spaces and dashes, in capitals. '' for none."""
    letters = unicodedata.normalize("NFKC", typed[:200]).upper()
    return "".join(one for one in letters if one.isascii() and one.isalnum())[:LONGEST]


def is_mistyped(number: str) -> bool:
    """Twelve digits that cannot be one of ours. Numbers of other makers' cards are not judged."""
    return len(number) == LENGTH and number.isdigit() and _check(number[:-1]) != number[-1]


def grouped(number: str) -> str:
    """1234 5678 9012."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _check(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
