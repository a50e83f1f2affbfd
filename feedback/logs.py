"""One line per record, UTC, control characters escaped: a customer's text cannot forge a line."""

import logging
import time


class LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in line)
