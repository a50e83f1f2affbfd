"""The way to the mail server. An envelope is opened ahead of its turn and closed in its turn.

A server takes a mail when its last line is acknowledged, not before. All that comes earlier is done for
several mails at once, each on a connection of its own; closing is left to one thread, which notes each mail
as sent before it closes the next. So a slow line costs one round trip a mail, and a kill doubles one at most.
"""

import re
import smtplib
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

LINES = 6  # connections to the server at once
_DOT = re.compile(rb"^\.", re.MULTILINE)


class Envelope:
    """Handed over as a whole by `close`, for servers that are not spoken to in SMTP."""

    def __init__(self, message: EmailMultiAlternatives) -> None:
        self._message = message

    def close(self) -> None:
        self._message.send()

    def drop(self) -> None:
        """It is not to be sent after all."""


class SmtpEnvelope(Envelope):
    """All but the last line has been said."""

    def __init__(self, line: "_Line", server: smtplib.SMTP) -> None:
        self._line, self._server = line, server

    def close(self) -> None:
        """Raises SMTPDataError, SMTPServerDisconnected, OSError."""
        try:
            self._server.send(b".\r\n")
            code, said = self._server.getreply()
        except (OSError, smtplib.SMTPException):
            self._line.hang_up()
            raise
        if code != 250:
            self._line.reset()
            raise smtplib.SMTPDataError(code, said)

    def drop(self) -> None:
        """Nothing but hanging up says that a mail begun is not meant."""
        self._line.hang_up()


class _Line:
    """One connection, kept from mail to mail."""

    def __init__(self) -> None:
        backend = get_connection()
        self._backend = backend if isinstance(backend, EmailBackend) else None

    def open(self, message: EmailMultiAlternatives) -> Envelope:
        """Raises SMTPException, OSError. A connection that the server has ended meanwhile is made anew."""
        if self._backend is None:
            return Envelope(message)
        was_kept = self._backend.connection is not None
        try:
            return self._begin(self._backend, message)
        except smtplib.SMTPServerDisconnected:
            if not was_kept:
                raise
            return self._begin(self._backend, message)

    def _begin(self, backend: EmailBackend, message: EmailMultiAlternatives) -> Envelope:
        content: bytes = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        try:
            backend.open()
            server = backend.connection
            assert server is not None
            server.ehlo_or_helo_if_needed()
            _address(server, message)
            server.putcmd("data")
            code, said = server.getreply()
            if code != 354:
                raise smtplib.SMTPDataError(code, said)
            server.send(_DOT.sub(b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n"))
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == 421:  # the server is about to hang up
                self.hang_up()
            else:
                self.reset()
            raise
        except smtplib.SMTPRecipientsRefused:
            self.reset()
            raise
        except (OSError, smtplib.SMTPException):
            self.hang_up()
            raise
        return SmtpEnvelope(self, server)

    def reset(self) -> None:
        try:
            if self._backend is not None and self._backend.connection is not None:
                self._backend.connection.rset()
        except (OSError, smtplib.SMTPException):
            self.hang_up()

    def hang_up(self) -> None:
        """At once, without a word."""
        if self._backend is not None and self._backend.connection is not None:
            with suppress(OSError):
                self._backend.connection.close()
            self._backend.connection = None

    def end(self) -> None:
        if self._backend is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._backend.close()


def _address(server: smtplib.SMTP, message: EmailMultiAlternatives) -> None:
    encoding = message.encoding or "utf-8"
    code, said = server.mail(sender := sanitize_address(message.from_email, encoding))
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, said, sender)
    (recipient,) = message.to
    code, said = server.rcpt(sanitize_address(recipient, encoding))
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})


def opened(messages: Sequence[EmailMultiAlternatives]) -> Generator[Future[Envelope], None, None]:
    """An envelope for each, in order. The one before must be closed or dropped when the next is asked for."""
    lines = [_Line() for _message in messages[:LINES]]
    with ThreadPoolExecutor(max(len(lines), 1)) as pool:
        ahead = deque(pool.submit(line.open, one) for line, one in zip(lines, messages, strict=False))
        try:
            for place in range(len(messages)):
                yield ahead.popleft()
                if place + len(lines) < len(messages):
                    line = lines[place % len(lines)]
                    ahead.append(pool.submit(line.open, messages[place + len(lines)]))
        finally:
            for one in ahead:
                with suppress(Exception):
                    one.result().drop()
            for line in lines:
                line.end()
