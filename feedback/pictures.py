"""Pictures that came with words: looked at, made small enough, drawn anew, so that only a picture is kept.

A scan keeps its small print; what a camera writes beside a picture (place, time, maker) goes.
"""

import warnings
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from feedback.models import Comment, Enclosure

LARGEST = 12_000_000  # bytes of one file
MOST = 10  # of one utterance
MOST_PIXELS = 60_000_000  # a small file can hold a picture that fills the memory
SIDE = 2000  # pixels of the longer side: a page of a letter stays readable
_FORMATS = ("JPEG", "PNG", "WEBP")


class BadPicture(ValueError):
    """`message`: why it was not taken, for the page."""

    def __init__(self, message: str | Promise):
        super().__init__(str(message))
        self.message = message


def redraw(raw: bytes) -> bytes:
    """As an upright JPEG without anything beside it. Raises BadPicture."""
    if len(raw) > LARGEST:
        raise BadPicture(_("The file is larger than 12 MB. Save the picture smaller and send it again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is looked at below
            opened = Image.open(BytesIO(raw), formats=_FORMATS)
            if opened.width * opened.height > MOST_PIXELS:
                raise BadPicture(_("The picture has too many points. Scan it at 300 points an inch."))
            opened.draft("RGB", (SIDE, SIDE))  # a JPEG is read small at once
            return _written(ImageOps.exif_transpose(opened))
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_("The picture has too many points. Scan it at 300 points an inch.")) from None
    except UnidentifiedImageError:
        raise BadPicture(_("This is no PNG, JPEG or WebP picture.")) from None
    except Exception:  # Pillow's readers raise many kinds on broken files: all mean the same
        raise BadPicture(_("The picture is broken. Open it, save it again and send that.")) from None


def readable(raws: Iterable[bytes]) -> tuple[list[bytes], int]:
    """Of what came with a mail: the first pictures, drawn anew, and how many things were left out."""
    drawn: list[bytes] = []
    left_out = 0
    for raw in raws:
        try:
            if len(drawn) == MOST:
                raise BadPicture("")
            drawn.append(redraw(raw))
        except BadPicture:
            left_out += 1
    return drawn, left_out


def enclose(comment: Comment, drawn: Sequence[bytes], now: datetime) -> None:
    """Keep pictures that `redraw` made, in the caller's transaction."""
    Enclosure.objects.bulk_create(
        [
            Enclosure(comment=comment, position=place, content=content, taken_at=now)
            for place, content in enumerate(drawn, 1)
        ]
    )


def _written(picture: Image.Image) -> bytes:
    """Onto white, where a picture lets something through."""
    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE))
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small).convert("RGB")
    out = BytesIO()
    Image.frombytes(small.mode, small.size, small.tobytes()).save(out, "JPEG", quality=80)
    return out.getvalue()
