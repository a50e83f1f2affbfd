"""Take in pictures for choices: looked at, made small, and drawn anew, so that only a picture is kept."""

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from anyascii import anyascii
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps, UnidentifiedImageError

from feedback import comments, journal
from feedback.models import User
from surveys.models import Picture
from surveys.questions import LANGUAGES, Definition, Kind

LARGEST = 5_000_000  # bytes of the file
MOST_PIXELS = 40_000_000  # a small file can hold a picture that fills the memory
SIDE = 640  # pixels of the longer side, as it is kept: a telephone shows it two thirds as wide
LONGEST_ALT = 150
_FORMATS = {"PNG": Picture.Type.PNG, "JPEG": Picture.Type.JPEG, "WEBP": Picture.Type.WEBP}


# Marked for the catalogue; the page that shows it translates it.
_MISSING = gettext_noop(
    "The picture “%(words)s” is not here: a file of questions brings none along."
    " Upload it, or choose another."
)


class BadPicture(ValueError):
    """`message`: why it was not taken, for the page."""

    def __init__(self, message: str | Promise):
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A choice names a picture that is not here. `words`: its name."""

    question: str
    words: str
    key: str = "no_picture"
    message: str = _MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawn:
    content: bytes
    media_type: str


def _faults_of_words(said: Mapping[str, str]) -> Iterator[str]:
    if not all(said.values()):
        yield str(_("Say in both languages what the picture shows, for whoever cannot see it."))
    if any(len(words) > LONGEST_ALT for words in said.values()):
        yield str(_("What the picture shows must fit in 150 characters."))


def _fitting(file: BinaryIO, size: int) -> Redrawn:
    """Raises BadPicture."""
    if size > LARGEST:
        raise BadPicture(_("The file is larger than 5 MB. Save the picture smaller and send it again."))
    return redraw(file.read(LARGEST + 1))


def take(
    file: BinaryIO, *, size: int, called: str, alt: Mapping[str, str], now: datetime, by: User | None
) -> Picture:
    """The same picture again is the one that is there, with these words. `alt`: by language, what it shows to
    who cannot see it. Raises BadPicture."""
    said = {one: " ".join(comments.clean(alt.get(one, "")).split()) for one in LANGUAGES}
    drawn, faults = None, list(_faults_of_words(said))
    try:
        drawn = _fitting(file, size)
    except BadPicture as bad:
        faults.insert(0, str(bad))
    if drawn is None or faults:
        raise BadPicture(" ".join(faults))
    with journal.recording():
        picture, is_new = Picture.objects.update_or_create(
            name=_name(called, drawn.content),
            defaults={"alt_vi": said["vi"], "alt_en": said["en"]},
            create_defaults={
                "alt_vi": said["vi"],
                "alt_en": said["en"],
                "media_type": drawn.media_type,
                "content": drawn.content,
                "uploaded_at": now,
            },
        )
        if is_new:
            journal.log("picture uploaded", picture, by=by, bytes=len(drawn.content))
    return picture


def missing(definition: Definition) -> list[Missing]:
    """One query, or none for questions without pictures."""
    wanted = [
        (one.id, choice.picture)
        for one in definition.questions
        if one.kind == Kind.PICTURE
        for choice in one.choices
        if choice.picture
    ]
    if not wanted:
        return []
    known = set(
        Picture.objects.filter(name__in=[name for _id, name in wanted]).values_list("name", flat=True)
    )
    return [Missing(question=question, words=name) for question, name in wanted if name not in known]


def redraw(raw: bytes) -> Redrawn:
    """Upright, at most SIDE wide and high, without what a camera writes beside it (place, time, maker). Only
    three formats are tried: no SVG, which may hold scripts. Raises BadPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is looked at below
            opened = Image.open(BytesIO(raw), formats=tuple(_FORMATS))
        if opened.width * opened.height > MOST_PIXELS:
            raise BadPicture(_("The picture has too many points. Save it with at most 6,000 by 6,000."))
        kind = str(opened.format)
        opened.draft("RGB", (SIDE, SIDE))  # a JPEG is read small at once
        upright = ImageOps.exif_transpose(opened)
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_("The picture has too many points. Save it with at most 6,000 by 6,000.")) from None
    except UnidentifiedImageError:
        raise BadPicture(_("This is no PNG, JPEG or WebP picture.")) from None
    except Exception:  # Pillow's readers raise many kinds on broken files: all mean the same
        raise BadPicture(_("The picture is broken. Open it, save it again and send that.")) from None
    return Redrawn(content=_written(upright, kind), media_type=_FORMATS[kind])


def described(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A question of pictures with the words of each beside its name, as they stand now: the version keeps
    them. One query."""
    choices = [dict(one) for one in raw.get("choices") or ()]
    known = Picture.objects.filter(name__in=[one["picture"] for one in choices if one.get("picture")])
    alts = {one.name: {"vi": one.alt_vi, "en": one.alt_en} for one in known if one.alt_vi and one.alt_en}
    for one in choices:
        one.pop("picture_alt", None)
        if one.get("picture") in alts:
            one["picture_alt"] = alts[one["picture"]]
    return {**raw, "choices": choices}


def put(raw: Mapping[str, Any], picture: Picture) -> dict[str, Any]:
    """To the first choice that has none; where all have one it waits in the list."""
    choices = [dict(one) for one in raw.get("choices") or ()]
    for one in choices:
        if not one.get("picture"):
            one["picture"] = picture.name
            break
    return {**raw, "choices": choices}


def _written(picture: Image.Image, kind: str) -> bytes:
    small = picture.convert("RGB" if kind == "JPEG" or not picture.has_transparency_data else "RGBA")
    small.thumbnail((SIDE, SIDE))
    out = BytesIO()
    options: dict[str, Any] = {"optimize": True} if kind == "PNG" else {"quality": 82}
    Image.frombytes(small.mode, small.size, small.tobytes()).save(out, kind, **options)
    return out.getvalue()


def _name(called: str, content: bytes) -> str:
    stem = re.sub(r"\.\w+$", "", called.replace("\\", "/").rpartition("/")[2])
    digest = hashlib.sha256(content).hexdigest()[:8]
    return f"{slugify(anyascii(stem))[:30].strip('-_') or 'picture'}-{digest}"
