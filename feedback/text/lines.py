"""One line of `manage.py read`: JSON or plain text in, a dict out, whatever the line holds."""

import json
import re
from typing import Any

from babel import localedata

from feedback.text.reader import read
from feedback.text.reading import Lang

LONGEST_LINE = 2_000_000  # characters; longer JSON is refused unread
Fields = dict[str, Any]
_OURS = frozenset(Lang)
_code = re.compile("[a-z]{2,3}")


class BadLine(ValueError):
    """The line cannot be read; the message says why."""


def read_line(line: str, number: int) -> Fields:
    """A reading with the line's id (None for plain text), or {"id": None, "line": number, "error": why}."""
    try:
        fields = parse(line)
        reading = read(fields["text"], lang=fields.get("lang"), stars=fields.get("stars"))
    except BadLine as error:
        return bad_line(number, str(error))
    return {"id": fields.get("id"), **reading.as_dict()}


def use_utf8(stream: Any) -> None:
    """Vietnamese stays readable whatever the locale; half a surrogate pair is written as "?"."""
    if reconfigure := getattr(stream, "reconfigure", None):  # not there where a test catches the words
        reconfigure(encoding="utf-8", errors="replace")


def bad_line(number: int, error: str) -> Fields:
    return {"id": None, "line": number, "error": error}


def parse(line: str) -> Fields:
    """The line's fields, checked: a text, and if given the code of a language and stars from 1 to 5."""
    line = line.removeprefix("\ufeff").rstrip("\r\n")
    if not line.lstrip().startswith("{"):
        return {"text": line}
    fields = _json(line)
    if not isinstance(fields.get("text"), str):
        raise BadLine("text: missing, or not a string")
    _check_lang(fields.get("lang"))
    if isinstance(fields.get("id"), dict | list):
        raise BadLine("id: neither a string nor a number")
    return {**fields, "stars": _stars(fields.get("stars"))}


def _check_lang(given: object) -> None:
    if given is None or given == "":
        return
    if not isinstance(given, str):
        raise BadLine("lang: not a string")
    code = given.strip().lower().replace("_", "-").partition("-")[0]
    if code not in _OURS and not (_code.fullmatch(code) and localedata.exists(code)):
        raise BadLine(
            "lang: no language has this code (vi, en, mixed, other, unknown, or as in “de”, “pt-BR”)"
        )


def _json(line: str) -> Fields:
    if len(line) > LONGEST_LINE:
        raise BadLine(f"the line is longer than {LONGEST_LINE} characters")
    try:
        fields = json.loads(line, parse_constant=_no_constant)
    except RecursionError:
        raise BadLine("the JSON is nested too deep") from None
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    assert isinstance(fields, dict)  # it began with "{"
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _stars(given: object) -> float | None:
    if given is None or given == "":
        return None
    try:
        stars = float(str(given).replace(",", ".")) if not isinstance(given, bool) else -1.0
    except ValueError:
        stars = -1.0
    if not 1 <= stars <= 5:
        raise BadLine("stars: not a number from 1 to 5")
    return stars
