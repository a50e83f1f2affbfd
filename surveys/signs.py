"""RULE: an address as a QR code: SVG, PNG, and sheets to print. Bytes out; nothing is looked up."""

import io
from pathlib import Path

import segno

_FONTS = Path(__file__).parent / "fonts"
_ERROR = "m"  # still read when an eighth of it is scratched
SLIPS_ACROSS, SLIPS_DOWN = 3, 8


def svg(url: str) -> bytes:
    out = io.BytesIO()
    segno.make(url, error=_ERROR, micro=False).save(out, kind="svg", scale=8, border=4, xmldecl=True)
    return out.getvalue()


def png(url: str) -> bytes:
    out = io.BytesIO()
    segno.make(url, error=_ERROR, micro=False).save(out, kind="png", scale=16, border=4)
    return out.getvalue()


def door(url: str, *, title: str, words: str, shop: str) -> bytes:
    """One A4 page for a door or a counter."""
    page = _Page()
    page.centred(title, y=250, size=30, bold=True)
    page.code(url, x=45, y=95, size=120)
    page.centred(words, y=80, size=16)
    page.centred(url, y=68, size=10)
    page.centred(shop, y=25, size=14, bold=True)
    return page.end()


def slips(url: str, *, title: str, shop: str) -> bytes:
    """An A4 page to cut into twenty-four slips, for parcels."""
    page, wide, high = _Page(), 210 / SLIPS_ACROSS, 297 / SLIPS_DOWN
    for place in range(SLIPS_ACROSS * SLIPS_DOWN):
        x, y = (place % SLIPS_ACROSS) * wide, (place // SLIPS_ACROSS) * high
        page.frame(x=x, y=y, wide=wide, high=high)
        page.code(url, x=x + 3, y=y + 4, size=29)
        page.beside(title, x=x + 34, y=y + high - 11, wide=wide - 37)
        page.beside(shop, x=x + 34, y=y + 8, wide=wide - 37, bold=True)
    return page.end()


class _Page:
    """A4, in millimetres from the lower left."""

    def __init__(self) -> None:
        from reportlab.lib.pagesizes import A4  # here: most processes never print
        from reportlab.lib.units import mm
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        for weight in (400, 600):
            pdfmetrics.registerFont(TTFont(f"words{weight}", _FONTS / f"be-vietnam-pro-{weight}.ttf"))
        self._out, self._mm, self._wide = io.BytesIO(), mm, A4[0]
        self._canvas = Canvas(self._out, pagesize=A4, invariant=1)
        self._width = pdfmetrics.stringWidth

    def centred(self, words: str, *, y: float, size: float, bold: bool = False) -> None:
        """In several lines where one would be wider than the page."""
        font = _font(bold)
        for line in self._lines(words, font, size, self._wide - 30 * self._mm):
            self._canvas.setFont(font, size)
            self._canvas.drawCentredString(self._wide / 2, y * self._mm, line)
            y -= size * 0.47

    def beside(self, words: str, *, x: float, y: float, wide: float, bold: bool = False) -> None:
        font, size = _font(bold), 8
        for line in self._lines(words, font, size, wide * self._mm)[:4]:
            self._canvas.setFont(font, size)
            self._canvas.drawString(x * self._mm, y * self._mm, line)
            y -= 4

    def code(self, url: str, *, x: float, y: float, size: float) -> None:
        """Black squares, drawn as such: sharp at any size."""
        rows = [list(row) for row in segno.make(url, error=_ERROR, micro=False).matrix_iter(border=4)]
        side = size / len(rows)
        self._canvas.setFillGray(0)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    at = (x + across * side, y + size - (down + 1) * side)
                    self._canvas.rect(*(one * self._mm for one in (*at, side, side)), stroke=0, fill=1)

    def frame(self, *, x: float, y: float, wide: float, high: float) -> None:
        self._canvas.setStrokeGray(0.8)
        self._canvas.rect(*(one * self._mm for one in (x, y, wide, high)), stroke=1, fill=0)

    def end(self) -> bytes:
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()

    def _lines(self, words: str, font: str, size: float, wide: float) -> list[str]:
        lines = [""]
        for word in words.split():
            longer = f"{lines[-1]} {word}".strip()
            if self._width(longer, font, size) <= wide or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def _font(bold: bool) -> str:
    return "words600" if bold else "words400"
