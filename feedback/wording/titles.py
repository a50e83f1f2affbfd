"""RULE: a title at the start of a name as somebody typed it: "Chị Hoa" is Hoa, and is called chị (S1-9)."""

import re
from typing import NamedTuple

from feedback.orthography import unmark

# As typed, in small letters with their marks: what Vietnamese calls them.
TITLES = {
    "anh": "anh", "chị": "chị", "cô": "cô", "chú": "chú", "bác": "bác", "ông": "ông", "bà": "bà",
    "dì": "dì", "cậu": "cậu", "thầy": "thầy", "bạn": "bạn", "em": "bạn",
    "quý khách": "quý khách", "anh/chị": "", "anh chị": "",
}  # fmt: skip
ENGLISH = {
    "mr": "anh",
    "mister": "anh",
    "sir": "anh",
    "mrs": "chị",
    "ms": "chị",
    "miss": "chị",
    "madam": "chị",
}
CALLED = frozenset(filter(None, TITLES.values()))
_UNMARKED = {unmark(title): word for title, word in TITLES.items()}
# Without its marks a title may be a name: "Chu Văn An", "Chi Phạm". These are family names and nothing else.
_FAMILIES = frozenset(
    "nguyen tran pham huynh phan vo dang bui do ngo duong truong dinh luong trinh doan".split()
)
# Given names of women that begin with Anh: nobody is called anh by mistake.
_AFTER_ANH = frozenset("thư thơ thi thy đào thảo trâm".split()) | frozenset("thu tho thi thy dao".split())
_BETWEEN = re.compile(r"[\s.,:]+")


class Name(NamedTuple):
    """`plain`: without its title. `called`: in Vietnamese, "" where nothing says so. `english`: as "Mr"."""

    plain: str
    called: str = ""
    english: str = ""


def split(name: str) -> Name:
    """Of one line. A title with nothing behind it leaves no name, unless it may be one itself."""
    words = [word for word in _BETWEEN.split(name.strip()) if word]
    for count in (2, 1):
        first, rest = " ".join(words[:count]).lower(), words[count:]
        if len(words) < count:
            continue
        if count == 1 and first in ENGLISH:
            return Name(" ".join(rest), ENGLISH[first], words[0].title())
        if first in TITLES and _is_title(first, rest, has_marks=not _has_no_marks(first)):
            return Name(" ".join(rest), TITLES[first])
        if first in _UNMARKED and _has_no_marks(name) and _is_title(first, rest, has_marks=False):
            return Name(" ".join(rest), _UNMARKED[first])
    return Name(name)


def greeted(name: str, language: str) -> str:
    """As it stands behind the greeting of our own words in that language."""
    known = split(name)
    return (
        f"{known.english} {known.plain}"
        if language == "en" and known.english and known.plain
        else known.plain
    )


def _has_no_marks(text: str) -> bool:
    return unmark(text.lower()) == text.lower()


def _is_title(first: str, rest: list[str], *, has_marks: bool) -> bool:
    if has_marks or " " in first or "/" in first:
        return True
    if not rest:
        return False
    after = rest[0].lower()
    if first == "anh" and after in _AFTER_ANH:
        return False
    if len(rest) == 1:
        return unmark(after) not in _FAMILIES  # "Anh Nguyen": the family name last
    return first in ("anh", "chi", "em", "ban") or unmark(after) in _FAMILIES
