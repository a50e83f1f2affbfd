from feedback.text import remembered
from feedback.text.remembered import Remembered


def test_it_asks_once():
    asked = []
    lengths = Remembered(lambda question: asked.append(question) or len(question))

    assert list(lengths.answers(["one", "three", "one"])) == [3, 5, 3]
    assert asked == ["one", "three"]


def test_it_cannot_grow_without_end(monkeypatch):
    monkeypatch.setattr(remembered, "MOST", 3)
    lengths = Remembered(len)

    for number in range(20):
        assert lengths[str(number)] == len(str(number))
    assert len(lengths) <= 3


def test_it_does_not_keep_what_is_long():
    lengths = Remembered(len)

    assert lengths["a" * 41] == 41
    assert not lengths
