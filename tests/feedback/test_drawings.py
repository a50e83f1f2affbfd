"""{% load drawings %}: charts and rows as markup, whatever the words in them are."""

from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from feedback import charts
from feedback.charts import BarRow, Series

# What XML itself has no place for: the pages' forms take none of it.
_characters = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
words = st.text(_characters, max_size=30)
counts = st.integers(0, 10**6)


def drawn(tag, **context):
    return Template("{% load drawings %}" + tag).render(Context(context))


@given(words, st.lists(counts, min_size=2, max_size=5), words)
def test_a_chart_is_sound_whatever_its_words_are(name, points, finding):
    figure = charts.line_figure([Series(name, points)], [str(n) for n in range(len(points))])

    for kind, chart in figure.drawings:
        svg = ElementTree.fromstring(
            drawn("{% line_drawing kind chart finding '%' %}", kind=kind, chart=chart, finding=finding)
        )
        assert (svg.get("class"), svg.get("aria-label")) == (kind, finding)
        assert len(svg.findall("path")) == 1
        assert svg.findall("text")[-1].text.startswith(chart.lines[0].name)


@pytest.mark.parametrize(("language", "told"), [("en", "1,500"), ("vi", "1.500")])
def test_its_numbers_are_the_readers(language, told):
    figure = charts.line_figure([Series("late", [0, 1500])], ["a", "b"])
    with translation.override(language):
        svg = drawn("{% line_drawing 'wide' chart 'x' %}", chart=figure.wide)

    assert f"late {told}" in svg


@given(words, st.lists(counts, min_size=4, max_size=4))
def test_bars_say_their_numbers_beside_them(label, told):
    by_name = dict(zip(("negative", "neutral", "positive", "unknown"), told, strict=True))
    bars = charts.bars([BarRow(label=label, url="/?a=1&b=2", **by_name)])

    row = ElementTree.fromstring(drawn("{% bar_rows bars %}", bars=bars))

    assert row.find("th/a").get("href") == "/?a=1&b=2"
    assert (row.find("th/a").text or "") == label
    assert [int(cell.text) for cell in row.findall("td")[1:]] == [*told, sum(told)]
    assert len(row.findall("td/svg/rect")) == sum(1 for n in told if n)


@given(words)
def test_a_theme_leads_to_its_comments_where_there_are_any(name):
    cells = [{"count": 3, "url": "/?a&polarity=negative"}, {"count": 0, "url": "/?b"}]
    row = {"name": name, "url": "/?theme=x&a=1", "total": 3, "counts": cells, "before": 5, "change": -2}
    row["before_url"] = "/?c"

    drawn_row = ElementTree.fromstring(drawn("{% theme_rows rows %}", rows=[row]))

    links = [link.get("href") for link in drawn_row.iter("a")]
    assert links == ["/?theme=x&a=1", "/?theme=x&a=1", "/?a&polarity=negative", "/?c"]
    assert (drawn_row.find("th/a").text or "") == name
    assert ["".join(cell.itertext()) for cell in drawn_row.findall("td")] == ["3", "3", "0", "5", "−2"]
