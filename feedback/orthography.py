"""How a text is written: one spelling for look-alikes and old habits. A leaf: imports nothing of ours."""

import html
import re
import unicodedata
from dataclasses import dataclass

# Signs that show nothing: control, zero-width, bidi, variation selectors, lone surrogates, tags.
INVISIBLE = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});"
LONGEST_CLUSTER = 12  # a letter and its marks; more is decoration, and sorting thousands is quadratic

_moves = re.compile(f"[{INVISIBLE}{MARKS}]")
_entity = re.compile(ENTITY)
_piece = re.compile(f"{ENTITY}|[\\s\\S][{INVISIBLE}{MARKS}]*")
_invisible = re.compile(f"[{INVISIBLE}]")
_marks = re.compile(f"[{MARKS}]")
_mixed_script = re.compile(r"[A-Za-zÀ-ɏḀ-ỹ][Ѐ-ӿͰ-Ͽ]|[Ѐ-ӿͰ-Ͽ][A-Za-zÀ-ɏḀ-ỹ]")
_old_tone = re.compile(  # begins with one set of letters, which is found fast
    r"[òóỏõọùúủũụÒÓỎÕỌÙÚỦŨỤ](?:(?<=[òóỏõọÒÓỎÕỌ])[aeAE]|(?<=[ùúủũụÙÚỦŨỤ])[yY])(?![^\W\d_])"
)

_one_to_one = {
    **dict(zip("ÐðƉɖ", "ĐđĐđ", strict=True)),
    **dict(zip("‘’‛ʼ′´`“”„″«»", "'''''''\"\"\"\"\"\"", strict=True)),
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
        " ",
    ),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
}
_one_to_one.update(
    (chr(fancy), plain)
    for fancy in range(0x1D400, 0x1D800)
    if (plain := unicodedata.normalize("NFKC", chr(fancy))).isascii() and len(plain) == 1
)
_one_to_one_table = str.maketrans(_one_to_one)
_plain_keys = re.escape("".join(letter for letter in _one_to_one if ord(letter) < 0x10000))
_worth_translating = re.compile(f"[{_plain_keys}\U0001d400-\U0001d7ffͰ-ӿ]")  # and Greek and Cyrillic
_look_alike_table = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнАЕОРСУХІЈЅКМТВНαεορνικτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlkmtbhAEOPCYXIJSKMTBHaeopviktuABEZHIKMNOPTYX",
)
_old_to_new_tone = {
    old + last: plain + new
    for plain, olds, last, news in (
        ("o", "òóỏõọ", "a", "àáảãạ"),
        ("o", "òóỏõọ", "e", "èéẻẽẹ"),
        ("u", "ùúủũụ", "y", "ỳýỷỹỵ"),
    )
    for old, new in zip(olds, news, strict=True)
}
_bare_table = str.maketrans(
    {
        chr(code): bare
        for code in (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA))
        if (bare := _marks.sub("", unicodedata.normalize("NFD", chr(code)))) != chr(code)
    }
    | {"đ": "d", "Đ": "D"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A normalised text that knows where each of its characters stood; None means nothing moved."""

    text: str
    starts: list[int] | None
    ends: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text as given, of the normalised characters start to end (not empty)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def align(text: str) -> Aligned:
    """Write a text one way: composed letters, new tone placement, nothing invisible, one kind of quotes."""
    if not _moves.search(text) and ("&" not in text or not _entity.search(text)):
        return Aligned(text=_same_length(text), starts=None, ends=None)
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _piece.finditer(text):
        letter = _compose(piece.group())
        letters.append(letter)
        starts += [piece.start()] * len(letter)
        ends += [piece.end()] * len(letter)
    return Aligned(text=_same_length("".join(letters)), starts=starts, ends=ends)


def normalise(text: str) -> str:
    """The same text in one spelling; case, line breaks and emoji stay. Doing it twice changes nothing."""
    for _ in range(4):  # "&amp;amp;lt;" opens one layer a time
        written = align(text).text
        if written == text:
            break
        text = written
    return text


def fold(text: str) -> str:
    """Small letters without marks, Đ as d: what is left when somebody types without Vietnamese marks."""
    return normalise(text).lower().translate(_bare_table)


def unmark(text: str) -> str:
    """Drop the marks of an already normalised text, one letter for one letter."""
    return text if text.isascii() else text.translate(_bare_table)


def _compose(piece: str) -> str:
    if piece[0] == "&" and len(piece) > 1 and piece[-1] == ";":
        opened = html.unescape(piece)
        return _invisible.sub("", unicodedata.normalize("NFC", opened))
    visible = _invisible.sub("", piece[:LONGEST_CLUSTER])
    if len(visible) < 2:
        return "" if _marks.match(visible) else visible
    return _marks.sub("", unicodedata.normalize("NFC", visible))


def _same_length(text: str) -> str:
    """Changes that keep every letter's place."""
    if text.isascii():
        return text.replace("`", "'")
    if _worth_translating.search(text):
        text = text.translate(_one_to_one_table)
        if _mixed_script.search(text):
            text = text.translate(_look_alike_table)
    return _old_tone.sub(_new_tone, text)


def _new_tone(old: re.Match[str]) -> str:
    pair = old.group()
    new = _old_to_new_tone[pair.lower()]
    if pair[0].isupper():
        return new.upper() if pair[1].isupper() else new.capitalize()
    return new
