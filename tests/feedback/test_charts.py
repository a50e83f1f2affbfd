"""feedback.charts: values to geometry."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import charts
from feedback.charts import BarRow, Series

counts = st.integers(min_value=0, max_value=100_000)


def chart(*series):
    labels = [str(n) for n in range(len(series[0].points))]
    return charts.line_chart(series, labels, width=720, height=280)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (3, (0, 1, 2, 3)),
        (9, (0, 5, 10)),
        (19, (0, 5, 10, 15, 20)),
        (20, (0, 5, 10, 15, 20)),
        (97, (0, 25, 50, 75, 100)),
        (1234, (0, 500, 1000, 1500)),
        (0.03, (0, 0.01, 0.02, 0.03)),
        (float("inf"), (0, 1)),
    ],
)
def test_its_ticks_are_round_and_start_at_zero(highest, ticks):
    assert charts.nice_ticks(highest) == ticks


@given(counts)
def test_its_ticks_cover_every_count_in_whole_steps(highest):
    ticks = charts.nice_ticks(highest)

    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert len(ticks) <= 5
    assert all(tick == int(tick) for tick in ticks)


def test_it_draws_zero_on_the_ground_and_the_highest_tick_at_the_top():
    drawn = chart(Series("late", [0, 10, 20]))

    assert drawn.ticks[0].at == drawn.bottom
    assert drawn.lines[0].path.startswith(f"M{drawn.left:.1f} {drawn.bottom:.1f}L")
    assert drawn.lines[0].end_y == drawn.ticks[-1].at


@given(st.lists(st.lists(counts, min_size=6, max_size=6), min_size=1, max_size=9))
def test_its_labels_never_touch_and_stay_inside(rows):
    drawn = chart(*(Series(f"theme {n}", row) for n, row in enumerate(rows)))

    places = sorted(line.label_y for line in drawn.lines)
    assert all(below - above >= 15.9 for above, below in pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= drawn.height


def test_it_joins_a_moved_label_to_its_line():
    drawn = chart(Series("late", [5, 5]), Series("damaged", [5, 5]))

    assert [line.is_moved for line in drawn.lines] == [False, True]


def test_it_adds_up_what_is_past_five_series():
    series = [Series(f"t{n}", [n, n]) for n in range(7)]

    drawn = charts.line_chart(series, ["a", "b"], width=720, height=280, others="khác")

    assert [line.label for line in drawn.lines] == ["t3", "t4", "t5", "t6", "khác"]
    assert drawn.lines[-1].value == 0 + 1 + 2
    assert drawn.lines[-1].tone == "flat"


def test_it_gives_every_line_its_own_tone_and_dashes():
    drawn = chart(*(Series(f"t{n}", [n]) for n in range(5)))

    assert len({line.tone for line in drawn.lines}) == 5
    assert [line.pattern for line in drawn.lines] == [1, 2, 3, 4, 5]


def test_it_leaves_a_gap_where_nothing_was_measured():
    line = chart(Series("share", [1, None, 1, 1, None])).lines[0]

    assert line.path.count("M") == 2
    assert line.value == 1
    assert len(line.dots) == 2  # the lone first point, and the last one


@pytest.mark.parametrize("points", [[], [None, None]])
def test_it_draws_nothing_from_nothing(points):
    drawn = chart(Series("late", points))

    assert drawn.lines == ()


def test_it_refuses_a_series_that_does_not_fit_its_labels():
    with pytest.raises(ValueError, match="one point for each label"):
        charts.line_chart([Series("late", [1, 2])], ["a"], width=720, height=280)


@given(st.integers(min_value=1, max_value=200))
def test_its_dates_stand_apart_and_end_with_the_newest(weeks):
    labels = [f"{n} thg 10" for n in range(weeks)]

    drawn = charts.line_chart([Series("late", [1] * weeks)], labels, width=336, height=264)

    assert drawn.dates[-1].text == labels[-1]
    assert all(b.at - a.at >= 6.3 * len("1 thg 10") for a, b in pairwise(drawn.dates))


def test_it_draws_for_a_desk_and_for_a_phone():
    figure = charts.line_figure([Series("giao hàng trễ hơn đã hứa rất nhiều", [1, 2])], ["a", "b"])

    (_, wide), (_, narrow) = figure.drawings
    assert wide.width > narrow.width
    assert narrow.lines[0].name.endswith("…")
    assert narrow.label_x + 6.3 * (len(narrow.lines[0].name) + 2) <= narrow.width + 3


@pytest.mark.parametrize(
    ("step", "language", "text"),
    [
        ("week", "en", "5 Oct"),
        ("week", "vi", "5/10"),
        ("month", "en", "Oct 2026"),
        ("month", "vi", "10/2026"),
        ("week", "fr", "5 Oct"),
    ],
)
def test_it_writes_dates_as_the_reader_does(step, language, text):
    assert charts.date_labels([date(2026, 10, 5)], step=step, language=language) == (text,)


@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=6))
def test_bars_share_one_length_and_never_pass_it(rows):
    drawn = charts.bars(
        [BarRow(label="x", negative=a, neutral=b, positive=c, unknown=d) for a, b, c, d in rows]
    )

    for bar in drawn:
        assert sum(part.count for part in bar.segments) == bar.row.total
        assert sum(part.width for part in bar.segments) <= 100.05


def test_bars_carry_signs_and_leave_out_what_is_not_there():
    (bar,) = charts.bars([BarRow(label="late", negative=3, positive=1)], share=True)

    assert [(part.sign, part.x, part.width) for part in bar.segments] == [("▼", 0, 75), ("▲", 75, 25)]


figures = st.builds(
    lambda ends, knows: charts.Measured(value=ends[1], low=ends[0], high=ends[2] if knows else None),
    st.lists(st.floats(-1e6, 1e9), min_size=3, max_size=3).map(sorted),
    st.booleans(),
)
ranges = st.builds(
    charts.RangeRow, label=st.text(max_size=40), was=st.none() | figures, now=st.none() | figures
)


@given(st.lists(ranges, max_size=5))
def test_ranges_stay_within_their_drawing(rows):
    for _kind, chart in charts.range_figure(rows).drawings:
        for row in chart.rows:
            for bar in row.bars:
                assert 0 <= bar.width <= chart.width
                assert 0 <= bar.y < bar.middle < bar.y + chart.thick <= chart.bottom
                assert all(chart.left <= x <= chart.width for x in bar.whisker or ())


def test_a_range_has_a_line_only_where_both_ends_are_known():
    row = charts.RangeRow(
        label="x",
        was=charts.Measured(value=5, low=2, high=10),
        now=charts.Measured(value=5, low=2, high=None),
    )
    was, now = charts.range_chart([row], width=720).rows[0].bars

    assert was.whisker[0] < was.width < was.whisker[1]
    assert now.whisker is None
    assert was.width == now.width
