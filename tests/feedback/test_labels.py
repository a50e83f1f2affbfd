"""feedback.labels and feedback.formats: Vietnamese that a person would write."""

from datetime import date

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format

from feedback import labels


class Wanted(forms.Form):
    days = forms.IntegerField(min_value=7)
    name = forms.CharField(max_length=3)


@pytest.fixture(autouse=True)
def vietnamese():
    with translation.override("vi"):
        yield


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days": "", "name": "Lan"}, "Mục này không được để trống."),
        ({"days": "x", "name": "Lan"}, "Hãy nhập một số nguyên."),
        ({"days": "3", "name": "Lan"}, "Hãy nhập số từ 7 trở lên."),
        ({"days": "7", "name": "Lan Anh"}, "Hãy viết nhiều nhất 3 ký tự (hiện có 7)."),
    ],
)
def test_a_form_speaks_our_words(given, words):
    assert words in str(Wanted(given).errors)


def test_it_tells_not_yet_from_never():
    assert dict(labels.FACT_CHOICES["investigated"])["no"] == "chưa"
    assert dict(labels.FACT_CHOICES["promise_broken"])["no"] == "không"


def test_a_date_is_written_as_people_write_it():
    day = date(2027, 2, 20)

    assert date_format(day) == "20 tháng 2 năm 2027"
    assert date_format(day, "YEAR_MONTH_FORMAT") == "tháng 2 năm 2027"
    assert Template("{{ day|date:'SHORT_DATE_FORMAT' }}").render(Context({"day": day})) == "20/02/2027"
