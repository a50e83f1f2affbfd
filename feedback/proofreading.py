"""What the lint found, as pages show it: in the reader's language, where it stands, what to say instead."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from feedback.wording.findings import ROWS, Finding
from feedback.wording.limit import Limit
from feedback.wording.lint import suggestion

SHOWN = 80  # characters of the words that a finding is about
_CHOICE = re.compile(r"(\d{1,6}):(\d{1,6}):([a-z_]{1,40})")
_ENDS = ".!?\n"


def shown(text: str, findings: Sequence[Finding], limit: Limit | None = None) -> dict[str, Any]:
    """For the template `feedback/_lint.html`. `text` has one kind of line break, as in the browser."""
    return {
        "findings": [
            {
                "finding": finding,
                "message": _(finding.message),
                "words": finding.words[:SHOWN],
                "row": ROWS.get(finding.code, 0),
                "around": _sentence(text, finding) if finding.suggestion and finding.words else None,
            }
            for finding in findings
        ],
        "stops": sum(finding.blocks for finding in findings),
        "is_blocked": any(finding.blocks for finding in findings),
        "size": limit.measure(text) if limit else len(text),
        "limit": limit,
    }


def one_line_break(text: str) -> str:
    """As the browser counts: forms send two signs for each line break that a text area holds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def with_own_words(text: str, choice: str, language: str) -> str:
    """The text after "put our sentence there" was pressed; as it was when the choice makes no sense.

    `choice`: "start:end:code" of a finding's sentence. Works without a script; nothing typed is lost.
    """
    match = _CHOICE.fullmatch(choice)
    if match is None:
        return text
    start, end, words = int(match[1]), int(match[2]), suggestion(match[3], language)
    return text[:start] + words + text[end:] if words and start <= end <= len(text) else text


def _sentence(text: str, finding: Finding) -> tuple[int, int]:
    """A sentence of ours stands for a sentence: where that of the finding begins and ends."""
    start = max(text.rfind(end, 0, finding.start) for end in _ENDS) + 1
    while start < finding.start and text[start].isspace():
        start += 1
    ends = [place for sign in _ENDS if (place := text.find(sign, max(finding.end - 1, start))) >= 0]
    end = min(ends, default=len(text))
    while end < len(text) and text[end] in ".!?":
        end += 1
    return start, end
