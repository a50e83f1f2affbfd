"""Secret tokens of links, and public ids: Crockford's base 32, read back in any hand. Plain Python."""

import hashlib
import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_LENGTH = 26  # 130 bits
PUBLIC_ID_LENGTH = 16  # 80 bits
REWARD_ALPHABET = "23456789ACDEFHJKMNPRTVWXY"  # of each pair that looks alike on paper, one
REWARD_LENGTH = 10  # 46 bits
_LONGEST_TYPED = 100

# What a person reads for a letter of a code. The first codes had Q, S, Z, G and B among their letters.
_READ_FOR = str.maketrans("0OQ1ISZGBU", "DDD7J5268V")
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_AROUND = " \t\r\n.,;:!?<>()[]{}\"'»”’*_…"  # what mail programs and people leave at a link's ends
# What they put within: a line break (in quoted-printable behind a "="), hyphens, signs that show nothing.
# What is left of an escape by a program that undid half of it: "=3D" before, "&gt;" behind.
_HALF_ESCAPED = re.compile(r"^=3D|&(?:gt|lt|quot|amp|#\d{1,4});?$", re.I)
_WITHIN = re.compile("=\r?\n|[-\\s\u00ad\u200b-\u200f\u2010\u2011\u2060\ufeff]")


def mint() -> str:
    """A new secret of 26 characters (130 bits); only its digest is ever stored."""
    return _random_base32(TOKEN_LENGTH)


def public_id() -> str:
    """An unguessable name for a row in an address; not a secret that opens anything by itself."""
    return _random_base32(PUBLIC_ID_LENGTH).lower()


def public_ids(count: int) -> list[str]:
    """Many at once, with one system call."""
    letters = _random_base32(PUBLIC_ID_LENGTH * count).lower()
    return [letters[start : start + PUBLIC_ID_LENGTH] for start in range(0, len(letters), PUBLIC_ID_LENGTH)]


def reward_code() -> str:
    return "".join(secrets.choice(REWARD_ALPHABET) for _ in range(REWARD_LENGTH))


def reward_codes(typed: str) -> list[str]:
    """The codes that somebody may mean who typed this: as it stands, and with look-alikes read aright."""
    plain = unicodedata.normalize("NFKC", typed[:_LONGEST_TYPED]).upper()
    letters = "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
    if len(letters) != REWARD_LENGTH:
        return []
    return list(dict.fromkeys([letters, letters.translate(_READ_FOR)]))


def derived(secret: bytes) -> str:
    """The token of a keyed hash of at least 17 bytes: the same link each time, guessed by nobody."""
    number = int.from_bytes(secret[:17]) >> 6  # 130 bits
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(TOKEN_LENGTH))


def normalise(token: str) -> str:
    """The token as minted, however a mail program or a person wrote it; '' when it cannot be one."""
    plain = _HALF_ESCAPED.sub("", token[:_LONGEST_TYPED].strip())
    cleaned = _WITHIN.sub("", plain).strip(_AROUND).upper().translate(_LOOK_ALIKES)
    if len(cleaned) != TOKEN_LENGTH or any(letter not in ALPHABET for letter in cleaned):
        return ""
    return cleaned


def digest(token: str) -> str:
    """What is stored: SHA-256 of the normalised token, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _random_base32(length: int) -> str:
    """Five random bits a letter; one system call, since imports mint tens of thousands."""
    return secrets.token_bytes(length).translate(_TO_BASE32).decode("ascii")


_TO_BASE32 = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
