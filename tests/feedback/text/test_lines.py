import io
import json

import pytest
from django.core.management import call_command

from feedback.management.commands.read import answers
from feedback.text.lines import read_line


def test_it_reads_json_and_keeps_its_id():
    line = read_line('{"id": "r7", "text": "Giao hàng trễ", "stars": "5,0"}\n', 1)

    assert (line["id"], line["problem"]) == ("r7", "late")


def test_it_reads_plain_text():
    assert read_line("the parcel is late\n", 4)["problem"] == "late"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{bad", "not JSON"),
        ('{"id": 2}', "text"),
        ('{"text": 5}', "text"),
        ('{"text": "a", "stars": 11}', "stars"),
        ('{"text": "a", "stars": NaN}', "not JSON"),
        ('{"text": "a", "lang": 3}', "lang"),
        ('{"text": "a", "lang": "xx"}', "lang"),
        ('{"text": "a", "lang": "Vietnamese"}', "lang"),
        ('{"text": "a", "lang": "../vi"}', "lang"),
        ('{"text":' + "[" * 100_000, "too deep"),
        ('{"a":' * 100_000, "too deep"),
        ('{"text": "' + "a" * 2_000_001 + '"}', "longer"),
    ],
)
def test_it_says_what_is_wrong_with_a_line(line, words):
    answer = read_line(line, 9)

    assert (answer["id"], answer["line"]) == (None, 9)
    assert words in answer["error"]


@pytest.mark.parametrize("line", ["", "\n", "\x00", '{"text": "\\u0000 \\ud800"}'])
def test_it_reads_odd_lines(line):
    assert "error" not in read_line(line, 1)


@pytest.mark.parametrize(
    "lang", ["vi", "vi-VN", "VI", "en_GB", "mixed", "other", "unknown", "de", "fil", "zh-Hant", ""]
)
def test_it_takes_the_code_of_a_language(lang):
    assert "error" not in read_line(json.dumps({"text": "a late parcel", "lang": lang}), 1)


def test_it_answers_every_line_in_order():
    lines = io.BytesIO("tốt\n".encode() + b"\xff\xfe\n" + b'{"id":3,"text":"late"}')

    given = list(answers(lines))

    assert [line.get("error") or line["lang"] for line in given] == ["vi", "not UTF-8 at byte 1", "en"]
    assert json.dumps(given)


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["read", "assess"])
def test_it_writes_vietnamese_as_it_is_whatever_the_locale(command, tmp_path):
    given, out = tmp_path / "given.jsonl", io.BytesIO()
    given.write_text('{"id": "Trễ \\ud800", "text": "Giao hàng trễ"}\n', "utf-8")

    with io.TextIOWrapper(out, encoding="ascii") as stdout:
        call_command(command, str(given), stdout=stdout)
        stdout.flush()
        said = out.getvalue().decode()

    assert json.loads(said)["id"] == "Trễ ?"
    assert "Giao hàng trễ" in said
