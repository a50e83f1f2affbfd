"""Training the shipped model, on a tiny shop of our own (issue 3, item 10)."""

import gzip
import json

import pytest

from feedback.text import ship, train_base
from feedback.text.batch import batch
from feedback.text.labelled import is_held, labelled
from feedback.text.model import SENTIMENTS, load_from
from feedback.text.vocabulary import Vocabulary

GOODS = "đèn áo giày bàn ghế cốc bút vở nồi chảo".split()
THINGS = "lamp shirt shoe table chair cup pen book pot pan".split()


def rows(lang):
    things, bad, good, so = (
        (GOODS, "hỏng rồi, chán quá", "đẹp lắm, rất thích", "bình thường thôi")
        if lang == "vi"
        else (THINGS, "is broken, awful", "is lovely, great", "is okay i guess")
    )
    for thing in things:
        for polarity, said in (("negative", bad), ("positive", good), ("neutral", so)):
            yield {"lang": lang, "text": f"{thing} {said}", "polarity": polarity, "themes": ["THING"]}


@pytest.fixture
def shop(tmp_path):
    for lang in ("vi", "en"):
        for part in ("train", "dev"):
            with gzip.open(tmp_path / f"{lang}_tiny.{part}.jsonl.gz", "wt", encoding="utf-8") as lines:
                lines.writelines(json.dumps(row) + "\n" for row in rows(lang))
    themes = {"vi_tiny": {"THING": "product"}, "en_tiny": {"THING": "product"}}
    (tmp_path / "theme_map.json").write_text(json.dumps({"map": themes}))
    return tmp_path


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(train_base, "ROUNDS", 6)


def test_the_same_data_give_the_same_bytes(shop, quick, tmp_path):
    """Issue 3, item 10: `manage.py train_reader DATA_DIR` is reproducible."""
    written = []
    for name in ("first", "second"):
        ship.train(shop, tmp_path / name)
        written.append({path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())})
    assert written[0] == written[1]
    assert sorted(written[0]) == [
        "kinds.json",
        "kinds.of_kinds.npy",
        "kinds.runs.npy",
        "kinds.words.npy",
        "model.json",
        "pieces.npy",
        "runs.npy",
        "words.npy",
        "words.txt",
    ]


def test_what_was_learned_is_read(shop, quick, tmp_path):
    """Issue 3, item 3: trained on labelled texts, read back from the files that ship."""
    ship.train(shop, tmp_path / "made")
    model = load_from(tmp_path / "made")
    texts = ["đèn hỏng rồi", "áo đẹp lắm", "den hong roi chan qua", "lamp is broken", "shirt is lovely"]
    words = batch(Vocabulary(), texts, [None] * len(texts))
    felt = model.sentiments(model.logits(model.sums(words), words.langs), words.langs).argmax(axis=1)
    assert [SENTIMENTS[number] for number in felt] == "negative positive negative negative positive".split()


def test_sets_without_a_dev_file_give_a_fixed_part_of_theirs(tmp_path):
    """What is measured on is never learned from."""
    with gzip.open(tmp_path / "en_tiny.train.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows("en"))
    train, dev = ({row.text for row in labelled(tmp_path, part)} for part in ("train", "dev"))
    assert not train & dev
    assert dev == {row["text"] for row in rows("en") if is_held(row["text"])}
