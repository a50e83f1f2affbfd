"""feedback.templatetags.feedback: values as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation

from feedback.templatetags import feedback as tags

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # a Sunday, noon in Ho Chi Minh City


@pytest.fixture(autouse=True)
def page():
    with (
        time_machine.travel(NOON, tick=False),
        timezone.override("Asia/Ho_Chi_Minh"),
        translation.override("en"),
    ):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (Decimal("50000"), "VND", "vi", "50.000\xa0₫"),
        (Decimal("50000"), "VND", "en", "₫50,000"),
        (Decimal("2.5"), "USD", "en", "$2.50"),
        (None, "VND", "en", "–"),
    ],
)
def test_it_writes_money_as_the_reader_does(amount, currency, language, text):
    with translation.override(language):
        assert tags.money(amount, currency) == text


@pytest.mark.parametrize(
    ("share", "decimals", "language", "text"),
    [
        (0.643, 0, "en", "64%"),
        (0.028, 1, "vi", "2,8%"),
        (Decimal("0.028"), 1, "en", "2.8%"),
        (-0.2, 0, "vi", "−20%"),
        (None, 0, "en", "–"),
    ],
)
def test_it_writes_shares(share, decimals, language, text):
    with translation.override(language):
        assert tags.percent(share, decimals) == text


@pytest.mark.parametrize(("number", "text"), [(3, "+3"), (-1234.5, "−1,234.5"), (0, "0"), (None, "–")])
def test_it_signs_changes(number, text):
    assert tags.signed(number) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(-0.8, "−80%"), (0.06, "+6%"), (4.3, "+430%"), (0.004, "0%"), (-0.0049, "0%"), (0, "0%"), (None, "–")],
)
def test_it_signs_shares(share, text):
    assert tags.signed_percent(share) == text


@pytest.mark.parametrize(
    ("when", "language", "text"),
    [
        (date(2026, 11, 22), "en", "today"),
        (date(2026, 11, 21), "en", "yesterday"),
        (date(2026, 11, 23), "en", "tomorrow"),
        (date(2026, 11, 18), "en", "Wednesday"),
        (date(2026, 10, 5), "en", "5 Oct"),
        (date(2026, 10, 5), "vi", "5/10"),
        (date(2025, 10, 5), "en", "5 Oct 2025"),
        (date(2025, 10, 5), "vi", "5/10/2025"),
        (datetime(2026, 11, 21, 18, 0, tzinfo=UTC), "en", "today"),  # already Sunday in the shop's zone
        (None, "en", ""),
    ],
)
def test_it_says_the_day_as_near_as_it_is(when, language, text):
    with translation.override(language):
        assert tags.day(when) == text


def test_it_says_the_time_of_the_shop_and_of_the_machine():
    said = tags.moment(datetime(2026, 11, 22, 2, 14, tzinfo=UTC))

    assert said == '<time datetime="2026-11-22T02:14+00:00">today, 09:14</time>'


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "now"), (5, "5 min"), (125, "2 h"), (60 * 24 * 3 + 5, "3 d"), (-10, "now")]
)
def test_it_says_how_long_something_waits(minutes, text):
    assert tags.age(NOON - timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(("count", "drawn"), [(1, "★☆☆☆☆"), (Decimal("4.6"), "★★★★★"), (11, "★★★★★")])
def test_it_draws_stars_with_words_for_those_who_cannot_see_them(count, drawn):
    html = Template("{% load feedback %}{{ n|stars }}").render(Context({"n": count}))

    assert drawn in html
    assert 'role="img" aria-label="' in html
    assert "of 5" in html
