"""RULE: read one mail as it came: who wrote, their own new words, its pictures, whether a person wrote it.

Takes the standard library's message. Whatever is broken in it – a charset that nobody knows, bytes that are
none of it, no plain text beside the HTML – there are words in the end, and never an error.
"""

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses, parseaddr

from feedback import html_text
from feedback.orthography import says_something

LONGEST = 20_000  # characters of the words that are kept
LONGEST_SUBJECT = 300
MOST_PARTS = 200  # a mail within a mail within a mail …
_GUESSES = ("utf-8", "cp1258", "cp1252")
_OF_ASCII = ("iso2022", "utf-7", "hz")  # other writings in seven bits
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_MACHINES = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?(reply|responder)|notifications?)([+.\-_@]|$)"
)
# As mail programs begin what they write in somebody's absence, where a relay took away the headers.
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(automatic\ reply|auto-?\ ?reply|auto\ response|out\ of(\ the)?\ office"
    r"|trả\ lời\ tự\ động|tự\ động\ trả\ lời|thư\ trả\ lời\ tự\ động)\s*:",
    re.IGNORECASE,
)
_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-failed-recipients", "x-loop")
_REPLY_MARKS = re.compile(r"^\s*((re|fwd?|tr|trả lời|chuyển tiếp|tl|fw)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
# The line above what is quoted, as mail programs write it in the two languages.
_QUOTE_BEGINS = re.compile(
    r"""^\s*(
        on\b.{4,200}\bwrote\s*:
      | (vào|lúc|ngày|vào\ lúc)\b.{4,200}(đã\ viết|viết)\s*:
      | -{2,}\s*(original\ message|forwarded\ message|thư\ gốc|tin\ nhắn\ gốc|thư\ đã\ chuyển\ tiếp)\s*-{2,}
      | _{10,}
      | (from|từ)\s*:\s.{3,200}[@<].{0,200}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNATURE = re.compile(r"^--\s?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`sender`: in small letters, "" when there is none. `thread_places`: where a token of ours may stand.
    `is_automatic`: no person waits for an answer to it. `digest`: the same mail again has the same."""

    digest: str
    sender: str
    name: str
    subject: str
    text: str
    thread_places: tuple[str, ...]
    is_automatic: bool
    attachments: tuple[bytes, ...]


def read(message: Message, *, envelope_sender: str | None = None, envelope_to: str | None = None) -> Mail:
    """`envelope_sender`: "" of what no answer may go to; None: the service does not say."""
    name, sender = parseaddr(_header(message, "from"))
    sender = sender.strip().lower()
    subject = _REPLY_MARKS.sub("", " ".join(_header(message, "subject").split()))[:LONGEST_SUBJECT]
    text = own_words(_body(message))[:LONGEST]
    to = [address for _name, address in getaddresses([_header(message, "to"), _header(message, "cc")])]
    references = [_header(message, name) for name in ("references", "in-reply-to")]
    return Mail(
        digest=_digest(_header(message, "message-id"), sender, subject, text),
        sender=sender if _is_address(sender) else "",
        name=" ".join(name.split())[:200],
        subject=subject,
        text=text,
        thread_places=tuple(filter(None, [envelope_to, *to, *references])),
        is_automatic=_is_automatic(message, sender, envelope_sender),
        attachments=tuple(_attachments(message)),
    )


def own_words(text: str) -> str:
    """Without what is quoted beneath or between, and without the signature. All of it when nothing else is
    there: somebody may answer by forwarding."""
    kept: list[str] = []
    lines = text.split("\n")
    for place, line in enumerate(lines):
        two = f"{line} {lines[place + 1]}" if place + 1 < len(lines) else line
        if _QUOTE_BEGINS.match(line) or _QUOTE_BEGINS.match(two) or _SIGNATURE.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    own = "\n".join(kept).strip()
    return own if says_something(own) else text.strip()


def decoded(raw: bytes, charset: str) -> str:
    """What is UTF-8 hardly is anything else, whatever it says. Else in the charset that it says, else in the
    first that fits; what is none of it stands as �."""
    said = _known(charset)
    order = [said, *_GUESSES] if said.startswith(_OF_ASCII) else ["utf-8", said, *_GUESSES]
    for guess in filter(None, order):
        try:
            return raw.decode(guess)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    """Encoded words are read by the parser; what it cannot read is no reason to lose the mail."""
    try:
        return str(message.get(name, "") or "")
    except Exception:  # the standard library's header parser raises many kinds on broken ones
        raw = dict(message.raw_items()).get(name, "") if hasattr(message, "raw_items") else ""
        return str(raw).encode("utf-8", "replace").decode("utf-8", "replace")


def _digest(message_id: str, *rest: str) -> str:
    """Of its Message-ID and sender; of all of it when it has none."""
    parts = [message_id.strip(), rest[0]] if message_id.strip() else list(rest)
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _is_address(sender: str) -> bool:
    return bool(re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>.]{1,63}(\.[^@\s<>.]{1,63}){1,4}", sender))


def _is_automatic(message: Message, sender: str, envelope_sender: str | None) -> bool:
    """RFC 3834, and what programs do that know nothing of it."""
    submitted = _header(message, "auto-submitted").strip().lower()
    if submitted and submitted.partition(";")[0].strip() != "no":
        return True
    if _header(message, "precedence").strip().lower() in _BULK or _header(message, "list-id"):
        return True
    if any(_header(message, name) for name in _AUTOMATIC_HEADERS):
        return True
    if _AUTOMATIC_SUBJECT.match(unicodedata.normalize("NFC", _header(message, "subject"))):
        return True
    if envelope_sender == "" or _header(message, "return-path").strip() == "<>":
        return True
    return message.get_content_type() == "multipart/report" or bool(_MACHINES.match(sender))


def _body(message: Message) -> str:
    plain, html = "", ""
    for part in _leaves(message):
        if _is_attached(part):
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and not plain.strip():
            plain = _text(part)
        elif kind == "text/html" and not html.strip():
            html = html_text.words_of(_text(part))
    return plain if says_something(plain) else html


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    return re.sub(r"\r\n?", "\n", decoded(raw[: 4 * LONGEST * 10], part.get_content_charset() or ""))


def _attachments(message: Message) -> Iterator[bytes]:
    for part in _leaves(message):
        if _is_attached(part) or part.get_content_maintype() == "image":
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes) and raw:
                yield raw


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _leaves(message: Message) -> Sequence[Message]:
    """Of the mail itself: another mail inside it is somebody else's words."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "message":
            continue
        if isinstance(inner, list):
            waiting = [one for one in inner if isinstance(one, Message)] + waiting
        else:
            found.append(part)
    return found


def _known(charset: str) -> str:
    """As Python calls it; "" for one that nobody knows."""
    try:
        return codecs.lookup(charset.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
