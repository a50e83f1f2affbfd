"""What words without their marks are likely to be, and how that is counted."""

import gzip
import json

import pytest

from feedback.orthography import unmark
from feedback.text import train_unmarked
from feedback.unmarked import readings


def likeliest(text):
    return " ".join(max(word.chances, key=word.chances.get) for word in readings(text))


@pytest.mark.parametrize(
    "said",
    [
        "cảm ơn chị đã góp ý cho shop",
        "em xin lỗi vì đã để chị chờ lâu",
        "bên em đang hỏi lại bên vận chuyển",
        "qua điện thoại",
        "chúng tôi muốn làm tốt hơn",
    ],
)
def test_it_reads_a_line_by_the_words_beside_it(said):
    assert likeliest(unmark(said)) == said


def test_the_same_letters_are_read_as_their_neighbours_want():
    assert likeliest("xin loi chi") == "xin lỗi chị"
    assert likeliest("nghe loi khen") == "nghe lời khen"


def test_what_has_a_tone_is_what_it_is():
    (word,) = (word for word in readings("chị nói lời khen") if word.start == 8)

    assert word.chances == {"lời": 1.0}


def test_bare_words_beside_marked_ones_are_meant_as_they_stand():
    """Who types marks leaves them out where there are none: "cho" is no "chờ"."""
    assert likeliest("xin cho em hỏi") == "xin cho em hỏi"


def test_words_typed_with_half_their_marks_may_be_whole_ones():
    assert likeliest("xin lôi chi") == "xin lỗi chị"


def test_chances_of_a_word_are_one_together():
    for word in readings("khong ai o day tra loi duoc 123 lan, that day"):
        assert sum(word.chances.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "…", "12 34", "zzzz", "\n\n"])
def test_it_takes_any_text(text):
    readings(text)


def test_it_is_counted_from_marked_texts_and_the_same_again(tmp_path):
    rows = [{"lang": "vi", "text": "Hàng đẹp lắm ạ.", "polarity": "positive", "themes": []}] * 12
    with gzip.open(tmp_path / "vi_own.train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(
            json.dumps(row, ensure_ascii=False) + "\n"
            for row in [*rows, *({**row, "text": "hang xau qua troi"} for row in rows)]
        )
    own = [{"text": "Món lạ lùng thật", "half": half} for half in ("held", "tuned", "tuned")]
    (tmp_path / "own.vi.jsonl").write_text("\n".join(json.dumps(row) for row in own), encoding="utf-8")
    (tmp_path / "own.blind.vi.jsonl").write_text(json.dumps({"text": "quỷ quái"}) + "\n", encoding="utf-8")

    train_unmarked.train(tmp_path, tmp_path, tmp_path / "first")
    train_unmarked.train(tmp_path, tmp_path, tmp_path / "second")

    counted = dict(
        line.split(" ")[:2]
        for line in gzip.decompress((tmp_path / "first").read_bytes()).decode().split("\n")
    )
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert int(counted["đẹp"]) >= 12
    assert counted["lùng"] == "10"
    assert not {"troi", "quỷ", "quái"} & counted.keys()
