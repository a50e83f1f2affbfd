"""One line per record, UTC, control characters escaped: a customer's text cannot forge a line."""

import logging
import time
import traceback
from types import TracebackType

from django.conf import settings

_OURS = ("feedback", "surveys", "reviews")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in line)

    def formatException(self, raised: _Raised) -> str:
        """Which error, and where; the errors behind it first. The whole of it only with DEBUG."""
        error = raised[1]
        if settings.DEBUG or error is None:
            return super().formatException(raised)
        return "".join(f"  {line}\n" for line in _chain(error)).rstrip("\n")


class StrangersDoing(logging.Filter):
    """What Django refuses, such as a form of 501 fields, is no error of ours: a warning without a trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


def said(error: BaseException) -> str:
    """The kind of error; its message only when it is one of ours, since others may quote a customer: a
    database that refuses a row names all its columns."""
    ours = type(error).__module__.split(".")[0] in _OURS
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__


def _chain(error: BaseException) -> list[str]:
    behind, lines = error.__cause__ or (None if error.__suppress_context__ else error.__context__), []
    if behind is not None:
        lines = _chain(behind)
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return [*lines, " ".join(said(error).split())]
