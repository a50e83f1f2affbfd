"""How a text is written: one spelling for look-alikes and old habits. A leaf: imports nothing of ours."""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

# Signs that show nothing of their own: control, zero-width, bidi, fillers, selectors, skin tones, tags,
# lone surrogates.
INVISIBLE = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    r"\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
)
_DRAWN_AS_NOTHING = "\u115f\u1160\u2800\u3164\uffa0"  # fillers of Hangul, and Braille without a dot
_turns_round = re.compile("[\u202a-\u202e\u2066-\u2069]")
MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
LONGEST_CLUSTER = 12  # a letter and its marks; more is decoration, and sorting thousands is quadratic
MOST_LAYERS = 3  # of entities hidden in entities by what shows nothing; then "&" itself goes

# The ampersand of an entity may itself be written as one, any number of times: "&amp;amp;lt;".
_entity = re.compile(
    r"&(?:(?:amp|AMP|#0{0,4}38|#65286|#[xX]0{0,4}26|#[xX](?:FF|ff)06);)*"
    r"(?P<body>#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});"
)
_cluster = re.compile(f"[\\s\\S][{INVISIBLE}{MARKS}]+|[{INVISIBLE}{MARKS}]")  # the latter begins a text
_moves = re.compile(f"[{INVISIBLE}{MARKS}]")
_invisible = re.compile(f"[{INVISIBLE}]")
_marks = re.compile(f"[{MARKS}]")
_word = re.compile(r"[^\W\d_]+")
_latin = re.compile(r"[A-Za-zÀ-ɏḀ-ỹ]")
_foreign = re.compile(r"[Ͱ-ӿ\u0500-\u058f\u13a0-\u13f5]")  # Greek, Cyrillic, Armenian, Cherokee
_dong_for_d = re.compile(r"(?<!₫)₫++(?=[^\W\d_])")  # phones hold both under one key

_one_to_one = {
    **dict(zip("ÐðƉɖ", "ĐđĐđ", strict=True)),
    **dict(zip("‘’‛ʼ′´`“”„″«»", "'''''''\"\"\"\"\"\"", strict=True)),
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000",
        " ",
    ),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡ", "abcdefghijklmnoprstuvwyzag", strict=True)),
    **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
}
for _first in (0x24B6, 0x1F130, 0x1F150, 0x1F170):  # circled and boxed capitals, white and black
    _one_to_one.update((chr(_first + number), chr(0x41 + number)) for number in range(26))
_one_to_one.update((chr(0x24D0 + number), chr(0x61 + number)) for number in range(26))
_one_to_one.update(
    (chr(fancy), plain)
    for fancy in range(0x1D400, 0x1D800)
    if (plain := unicodedata.normalize("NFKC", chr(fancy))).isascii() and len(plain) == 1
)
_plain_keys = (
    re.escape("".join(letter for letter in _one_to_one if ord(letter) < 0x10000))
    + "\U0001d400-\U0001d7ff\U0001f130-\U0001f189"
)
_worth_translating = re.compile(f"[{_plain_keys}]")
_look_alike = {
    **dict(zip("аеорсухіјѕԁһӏкмтвнгпԝѵԛ", "aeopcyxijsdhlkmtbhrnwvq", strict=True)),
    **dict(zip("АЕОРСУХІЈЅКМТВНԜԚ", "AEOPCYXIJSKMTBHWQ", strict=True)),
    **dict(zip("αεορνικτυηωχγβ", "aeopviktunwxyb", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("օոսհցք", "onuhgq", strict=True)),
    **dict(zip("ᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᎡᎢᏙᎳᏃ", "ABCEHJKLMPRTVWZ", strict=True)),
}
_look_alike_table = str.maketrans(_look_alike)
_look_alikes = frozenset(_look_alike)

# A tone belongs on the vowel with a mark of its own, and in "oa", "oe", "uy" on the last one.
_TONES = 5
_moved_tone = {
    "".join(old): "".join(new)
    for plain, olds, last, news in (
        ("o", "òóỏõọ", "a", "àáảãạ"),
        ("o", "òóỏõọ", "ă", "ằắẳẵặ"),
        ("o", "òóỏõọ", "e", "èéẻẽẹ"),
        ("u", "ùúủũụ", "y", "ỳýỷỹỵ"),
        ("u", "ùúủũụ", "ê", "ềếểễệ"),
        ("u", "ùúủũụ", "ô", "ồốổỗộ"),
        ("u", "ùúủũụ", "â", "ầấẩẫậ"),
        ("u", "ùúủũụ", "ơ", "ờớởỡợ"),
        ("ư", "ừứửữự", "ơ", "ờớởỡợ"),
        ("i", "ìíỉĩị", "ê", "ềếểễệ"),
        ("y", "ỳýỷỹỵ", "ê", "ềếểễệ"),
    )
    for old, new in zip(
        zip(olds, last * _TONES, strict=True), zip(plain * _TONES, news, strict=True), strict=True
    )
}
_toned = "òóỏõọùúủũụừứửữựìíỉĩịỳýỷỹỵ"
_toned += _toned.upper()
_misplaced = (
    r"(?:(?<=[òóỏõọÒÓỎÕỌ])[aăeAĂE]|(?<=[ùúủũụÙÚỦŨỤ])(?:[yY](?![^\W\d_])|[êôâơÊÔÂƠ])"
    r"|(?<=[ừứửữựỪỨỬỮỰ])[ơƠ]|(?<=[ìíỉĩịÌÍỈĨỊỳýỷỹỵỲÝỶỸỴ])[êÊ])"
)
_old_tone = re.compile(f"[{_toned}]{_misplaced}")  # begins with one set of letters, which is found fast
# One look that most texts pass: nothing below has anything to do.
_odd = re.compile(
    f"[{_toned}{INVISIBLE}{MARKS}{_plain_keys}₫&Ͱ-ӿ\u0500-\u058f\u13a0-\u13f5](?:(?<![{_toned}])|{_misplaced})"
)
_bare_table = str.maketrans(
    {
        chr(code): bare
        for code in (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA))
        if (bare := _marks.sub("", unicodedata.normalize("NFD", chr(code)))) != chr(code)
    }
    | {"đ": "d", "Đ": "D"}
)
_tone = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_toneless_table = str.maketrans(
    {
        letter: unicodedata.normalize("NFC", toneless)
        for letter in map(chr, _bare_table)
        if (toneless := _tone.sub("", parts := unicodedata.normalize("NFD", letter))) != parts
    }
)


class Moves:
    """Where the pieces of a text stood before they were rewritten."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.old_starts: list[int] = []
        self.old_ends: list[int] = []

    def rewrite(self, text: str, pattern: re.Pattern[str], write: Callable[[str], str]) -> str:
        grown = 0

        def one(found: re.Match[str]) -> str:
            nonlocal grown
            start, end = found.span()
            written = write(found.group())
            self.old_starts.append(start)
            self.old_ends.append(end)
            self.starts.append(start + grown)
            grown += len(written) - (end - start)
            self.ends.append(end + grown)
            return written

        return pattern.sub(one, text)

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Offsets before, of the characters start to end (not empty) after."""
        first = bisect_right(self.starts, start) - 1
        if first >= 0:
            start = (
                self.old_starts[first]
                if start < self.ends[first]
                else start - self.ends[first] + self.old_ends[first]
            )
        last = bisect_right(self.starts, end - 1) - 1
        if last >= 0:
            end = max(end - self.ends[last], 0) + self.old_ends[last]
        return start, end


class Aligned(NamedTuple):
    """A normalised text that knows where each of its characters stood. No moves: nothing moved."""

    text: str
    moves: tuple[Moves, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text as given, of the normalised characters start to end (not empty)."""
        for moves in reversed(self.moves):
            start, end = moves.back(start, end)
        return start, end


def can_be_seen(letter: str) -> bool:
    """Letters, digits, marks and signs; not what joins them, nor letters that are drawn as nothing."""
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _DRAWN_AS_NOTHING


def says_something(text: str) -> bool:
    """A letter, a digit or an emoji; points and strokes alone only part what others wrote."""
    return any(can_be_seen(one) and (one.isalnum() or unicodedata.category(one) == "So") for one in text)


def in_one_direction(text: str) -> str:
    """Without the signs that turn words round: what is shown backwards was not checked so."""
    return _turns_round.sub("", text)


def align(text: str) -> Aligned:
    """Write a text one way: composed letters, tones in place, nothing invisible, one kind of quotes."""
    if not _odd.search(text):
        return Aligned(text)
    made: list[Moves] = []
    text = _without_entities(_visible(_plain(text), made), made)
    if "₫" in text:
        text = _without_masks(_dong_for_d.sub(lambda signs: "đ" * len(signs.group()), text))
    return Aligned(_old_tone.sub(_new_tone, text), tuple(made))


def normalise(text: str) -> str:
    """The same text in one spelling; case, line breaks and emoji stay. Doing it twice changes nothing."""
    return align(text).text


def fold(text: str) -> str:
    """Small letters without marks, Đ as d: what is left when somebody types without Vietnamese marks."""
    return normalise(text).lower().translate(_bare_table)


def unmark(text: str) -> str:
    """Drop the marks of an already normalised text, one letter for one letter."""
    return text if text.isascii() else text.translate(_bare_table)


def without_tone(text: str) -> str:
    """Half-typed marks of an already normalised text, one for one: ế as ê, ợ as ơ."""
    return text if text.isascii() else text.translate(_toneless_table)


def _plain(text: str) -> str:
    """Letters and signs that only look different, one for one."""
    return _worth_translating.sub(_plain_letter, text)


def _plain_letter(found: re.Match[str]) -> str:
    letter = found.group()
    return _one_to_one.get(letter, letter)


def _visible(text: str, made: list[Moves]) -> str:
    """Letters and their marks composed, and nothing that shows nothing."""
    if not _moves.search(text):
        return text
    made.append(Moves())
    return made[-1].rewrite(text, _cluster, _composed)


def _without_entities(text: str, made: list[Moves]) -> str:
    """Entities opened and look-alikes unmasked, each of which can bring forth the other."""
    for layer in range(MOST_LAYERS + 1):
        text = _without_masks(text)
        if "&" not in text or not _entity.search(text):
            break
        opened = Moves()
        written = opened.rewrite(text, _entity, _opened if layer < MOST_LAYERS else _closed)
        if written == text:
            break
        made.append(opened)
        text = _visible(written, made)
    return text


def _opened(entity: str) -> str:
    found = _entity.fullmatch(entity)
    assert found is not None  # it was found by the same pattern
    sign, again = "", f"&{found['body']};"
    while again != sign:  # at most as often as it has letters: each round makes it shorter
        sign, again = again, html.unescape(again)
    return _plain(unicodedata.normalize("NFC", sign))


def _closed(entity: str) -> str:
    return entity[1:]


@lru_cache(maxsize=4096)
def _known(cluster: str) -> str:
    visible = _invisible.sub("", cluster)[:LONGEST_CLUSTER]
    return _marks.sub("", unicodedata.normalize("NFC", visible))


def _composed(cluster: str) -> str:
    """One letter of a letter and its marks, nothing of what shows nothing. Only short ones are remembered."""
    return _known(cluster) if len(cluster) <= LONGEST_CLUSTER else _known.__wrapped__(cluster)


def _without_masks(text: str) -> str:
    """Latin letters for the Greek, Cyrillic … ones that stand in their place."""
    if not _foreign.search(text):
        return text
    latin = strange = 0  # words that may be either do not count
    for letters in _word.findall(text):
        if _latin.search(letters):
            latin += len(letters)
        elif not _look_alikes.issuperset(letters):
            strange += len(letters)
    is_latin = latin > strange or not strange

    def word(found: re.Match[str]) -> str:
        letters = found.group()
        if _latin.search(letters) or (is_latin and _look_alikes.issuperset(letters)):
            return letters.translate(_look_alike_table)
        return letters

    return _word.sub(word, text)


def _new_tone(old: re.Match[str]) -> str:
    pair = old.group()
    new = _moved_tone[pair.lower()]
    return "".join(
        after.upper() if before.isupper() else after for before, after in zip(pair, new, strict=True)
    )
