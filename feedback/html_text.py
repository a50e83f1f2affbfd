"""The words of a piece of HTML, as its reader sees them; and our words as HTML."""

import html
from html.parser import HTMLParser

_NEW_LINE = frozenset({"br", "p", "div", "li", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "tr"})
_UNSEEN = frozenset({"script", "style", "template"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _NEW_LINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _NEW_LINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def words_of(markup: str) -> str:
    """One line per paragraph, without empty ones."""
    parser = _Words()
    parser.feed(markup)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def as_html(text: str) -> str:
    """Ours says what it says, whatever signs are in it."""
    return html.escape(text, quote=False)
