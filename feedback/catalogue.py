"""The translations of the pages: collect the messages, merge them, compile them. Needs no gettext program."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGES = ("feedback", "surveys", "reviews")
SKIPPED = {"migrations", "locale", "static", "__pycache__"}
KEYWORDS: dict[str, tuple] = {
    name + lazy: where
    for name, where in {
        "gettext": (1,),
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
} | {"_": (1,), "gettext_noop": (1,)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
# No dates, no names of people or machines: the file changes when a message does, and only then.
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a message cannot go out: `untranslated`, `obsolete`, or `placeholders` that differ."""

    language: str
    kind: str
    message: str


def extract(root: Path) -> Catalog:
    """Every message in the Python files and templates under the project's root."""
    found = Catalog(charset="utf-8")
    for path in _sources(root):
        for _, message, _, context in _messages(path):
            found.add(message, context=context)
    return found


def update(root: Path, language: str) -> int:
    """Take new messages in and drop those nobody says any more. Returns how many still want words."""
    path = po_file(language)
    known, said = load(language), extract(root)
    merged = Catalog(locale=language, charset="utf-8")
    for message in said:
        if message.id:
            before = known.get(_first(message), context=message.context)
            kept = before.string if before and before.id == message.id else None
            merged.add(message.id, kept or _no_words(message, merged), context=message.context)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_written(merged, language))
    compile_all()
    return sum(1 for message in merged if message.id and not _has_words(message))


def missing(language: str, root: Path | None = None) -> list[str]:
    """The messages on pages that have no words in this language."""
    return [
        fault.message for fault in check(root or settings.BASE_DIR, language) if fault.kind == "untranslated"
    ]


def check(root: Path, language: str) -> list[Fault]:
    known, said = load(language), extract(root)
    faults = []
    for message in said:
        if not message.id:
            continue
        translated = known.get(_first(message), context=message.context)
        if translated is None or not _has_words(translated) or translated.id != message.id:
            faults.append(Fault(language=language, kind="untranslated", message=_first(message)))
        elif not _placeholders_agree(translated):
            faults.append(Fault(language=language, kind="placeholders", message=_first(message)))
    for message in known:
        if message.id and said.get(_first(message), context=message.context) is None:
            faults.append(Fault(language=language, kind="obsolete", message=_first(message)))
    return faults


def compile_all() -> list[Path]:
    """Write each .mo that is older than its .po. Returns those written."""
    written = []
    for folder in settings.LOCALE_PATHS:
        for po in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            mo = po.with_suffix(".mo")
            if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
                continue
            with po.open("rb") as source:
                catalog = _spoken(read_po(source, locale=po.parent.parent.name))
            # Whole or not at all: a server may read it at this moment.
            fresh = mo.with_suffix(".mo.new")
            with fresh.open("wb") as target:
                write_mo(target, catalog)
            fresh.replace(mo)
            written.append(mo)
    return written


def languages() -> list[str]:
    """Those that need a catalogue: the messages in the source are English."""
    return [code for code, _ in settings.LANGUAGES if code != "en"]


def po_file(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def _sources(root: Path) -> Iterator[Path]:
    folders = [root / name for name in (*PACKAGES, "templates")]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            is_source = path.suffix == ".py" or (
                path.suffix in {".html", ".txt"} and "templates" in path.parts
            )
            if is_source and SKIPPED.isdisjoint(path.relative_to(root).parts):
                yield path


def _messages(path: Path) -> Iterator[tuple]:
    """(line, message, comments, context) as Babel gives them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django's own reader turns a template into calls of gettext amid filler. The filler keeps the
        # template's indentation, which means nothing to Python.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    yield from babel_extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"})


def _written(catalog: Catalog, language: str) -> bytes:
    body = io.BytesIO()
    write_po(body, catalog, no_location=True, omit_header=True, sort_output=True, width=100)
    header = _HEADER.format(language=language, plural_forms=catalog.plural_forms)
    return header.encode() + body.getvalue()


def _spoken(catalog: Catalog) -> Catalog:
    """Without messages that have no words: a page shows their English, not an empty place."""
    for message in [message for message in catalog if message.id and not _has_words(message)]:
        catalog.delete(message.id, context=message.context)
    return catalog


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _no_words(message: Message, catalog: Catalog) -> str | tuple[str, ...]:
    return "" if isinstance(message.id, str) else ("",) * catalog.num_plurals


def _has_words(message: Message) -> bool:
    strings = _strings(message)
    return bool(strings) and all(strings)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders_agree(message: Message) -> bool:
    """One form of a plural may leave the number out; nothing may ask for what the page does not give."""
    ids = (message.id,) if isinstance(message.id, str) else message.id
    strings = _strings(message)
    given = set().union(*(_names(text) for text in ids))
    if len(ids) == 1:
        return _names(strings[0]) == given
    return all(_names(text) <= given for text in strings)


def _names(text: str) -> set[str]:
    return {name for pair in _PLACEHOLDER.findall(text) for name in pair if name}
