"""`manage.py evaluate_reader` and `manage.py train_reader` (issue 3, item 10)."""

import gzip
import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import translation

from feedback import corrections, engines
from feedback.corrections import Said
from feedback.models import Engine
from feedback.text import ship, train_base, train_bounds, train_pressing, train_unmarked, train_weighed
from feedback.text.labelled import is_held
from feedback.text.model import load_from
from tests.factories import a_shop, read_comment, user

OUR_APPS = ("feedback", "reviews", "surveys")
TEXTS = [
    ("Hàng vỡ nát, quá thất vọng", "negative", ["BROKEN"]),
    ("Áo đẹp, giao nhanh, rất ưng ý", "positive", []),
    ("Giá quá đắt so với chất lượng", "negative", ["DEAR"]),
    ("Không rõ", None, []),
]


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "vi_own.dev.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for text, polarity, themes in TEXTS:
            lines.write(
                json.dumps({"text": text, "lang": "vi", "polarity": polarity, "themes": themes}) + "\n"
            )
    return path


def evaluated(*arguments):
    call_command("evaluate_reader", *map(str, arguments), "--json", stdout=(out := StringIO()))
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_measures_one_file_after_another_beside_the_others(labelled):
    """Issue 3, item 10: accuracy, macro-F1, recall of negative, calibration error; the others beside."""
    first, again = evaluated(labelled, labelled)
    assert first == again
    assert first["file"] == "vi_own.dev.jsonl.gz"
    assert first["texts"] == 4
    assert first["sentiment"]["judged"] == 3  # a text without polarity says nothing of sentiment
    ours = first["sentiment"]["ours"]
    assert ours["accuracy"] == ours["macro_f1"] == ours["recall_negative"] == 1.0
    assert 0 <= ours["calibration_error"] <= 1
    for other in ("textblob", "vader"):
        assert first["sentiment"][other]["accuracy"] < 1


def test_themes_are_compared_as_common_ones(labelled, tmp_path):
    """Issue 3, figures: both sides are mapped to the nine."""
    themes = tmp_path / "map.json"
    themes.write_text(json.dumps({"map": {"vi_own": {"BROKEN": "packaging_damage", "DEAR": "price"}}}))
    (found,) = evaluated(labelled, "--theme-map", themes, "--alone")
    assert found["themes"]["judged"] == 2
    assert found["themes"]["micro_f1_of_its_labels"] == 1.0
    assert set(found["sentiment"]) == {"judged", "ours"}


def test_complaints_are_told_from_the_rest(tmp_path):
    """Issue 3, figures: complaint yes or no."""
    path = tmp_path / "own.jsonl"
    rows = [("Broken on arrival, I want my money back", "complaint"), ("Lovely, thank you", "non-complaint")]
    path.write_text("".join(json.dumps({"text": text, "themes": [label]}) + "\n" for text, label in rows))
    (found,) = evaluated(path)
    assert found["complaint"] == {"judged": 2, "macro_f1": 1.0}
    assert "sentiment" not in found


def test_measures_on_what_is_never_learned_from(tmp_path):
    """A set without a dev file keeps a tenth of its training file."""
    path = tmp_path / "own.train.jsonl"
    texts = [f"text number {number}" for number in range(200)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (found,) = evaluated(path, "--held", "--alone")
    assert found["texts"] == sum(map(is_held, texts))
    assert 5 < found["texts"] < 40


def test_prints_a_table(labelled):
    call_command("evaluate_reader", str(labelled), "--alone", stdout=(out := StringIO()))
    assert "vi_own.dev.jsonl.gz" in out.getvalue()
    assert "macro_f1 1.000" in out.getvalue()


@pytest.mark.parametrize("line", ["no json", "{}", "[]", '{"text": "x", "themes": 5}', "[" * 100_000])
def test_says_which_line_is_none(tmp_path, line):
    path = tmp_path / "own.jsonl"
    path.write_text('{"text": "ok"}\n' + line + "\n")
    with translation.override("en"), pytest.raises(CommandError, match="line 2: not a labelled text"):
        call_command("evaluate_reader", str(path))


@pytest.mark.parametrize(
    ("name", "holds", "said"),
    [
        ("own.jsonl", None, "there is no such file"),
        ("own.jsonl", b"", "there is no text in it"),
        ("own.jsonl", b"\xff\xfe", "cannot be read as a file of texts"),
        ("own.jsonl.gz", b"no gzip", "cannot be read as a file of texts"),
        ("own.jsonl.gz", gzip.compress(b'{"text": "ok"}', mtime=0)[:-9], "cannot be read as a file of texts"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, name, holds, said):
    path = tmp_path / name
    if holds is not None:
        path.write_bytes(holds)
    with translation.override("en"), pytest.raises(CommandError, match=said):
        call_command("evaluate_reader", str(path))


@pytest.mark.parametrize("holds", [None, b"no json", b"{}", b"[]"])
def test_says_what_is_wrong_with_a_map_of_themes(labelled, tmp_path, holds):
    path = tmp_path / "map.json"
    if holds is not None:
        path.write_bytes(holds)
    with translation.override("en"), pytest.raises(CommandError, match=r"there is no such file|not a map"):
        call_command("evaluate_reader", str(labelled), theme_map=path)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "command", sorted(name for name, app in get_commands().items() if app.startswith(OUR_APPS))
)
def test_every_command_explains_itself(command, language, capsys):
    with translation.override(language), pytest.raises(SystemExit) as ended:
        load_command_class(get_commands()[command], command).run_from_argv(["manage.py", command, "--help"])
    assert ended.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.django_db
def test_an_engine_that_is_not_there(labelled):
    with pytest.raises(CommandError, match=r"linear-2\+7"):
        call_command("evaluate_reader", str(labelled), engine="linear-2+7")


def test_trains_the_shipped_model_into_a_folder(labelled, tmp_path, monkeypatch):
    """Issue 3, item 10: `train_reader DATA_DIR`."""
    monkeypatch.setattr(train_base, "ROUNDS", 3)
    labelled.rename(tmp_path / "vi_own.train.jsonl.gz")
    (tmp_path / "theme_map.json").write_text('{"map": {}}')
    call_command("train_reader", str(tmp_path), into=tmp_path / "made", stdout=StringIO())
    assert load_from(tmp_path / "made").engine == "linear-7"


def test_no_data(tmp_path):
    with pytest.raises(CommandError, match="theme_map"):
        call_command("train_reader", str(tmp_path), into=tmp_path / "made")


@pytest.mark.parametrize("more", [{}, {"threats": "nowhere"}, {"unmarked": "nowhere"}])
def test_a_folder_that_is_not_there(tmp_path, more):
    folders = {name: tmp_path / folder for name, folder in more.items()}
    data = tmp_path if more else tmp_path / "nowhere"

    with translation.override("en"), pytest.raises(CommandError, match="there is no such folder"):
        call_command("train_reader", str(data), into=tmp_path / "made", **folders)


@pytest.fixture
def only_wrote(monkeypatch):
    """The folders and files that each training was to write into; nothing is learned."""
    wrote = []
    for module in (ship, train_pressing, train_weighed, train_bounds, train_unmarked):
        monkeypatch.setattr(module, "train", lambda *paths: wrote.append(paths[-1]))
    return wrote


@pytest.mark.parametrize(
    ("more", "expected"),
    [((), ["made"]), (("threats",), ["made"] * 3), (("unmarked",), ["made/unmarked.txt.gz"])],
)
def test_the_folder_is_made_before_anything_is_learned(tmp_path, only_wrote, more, expected):
    """Issue 3, item 10: minutes of training are not lost for want of a folder."""
    deep = tmp_path / "not" / "there"

    call_command(
        "train_reader", str(tmp_path), into=deep / "made", stdout=StringIO(), **dict.fromkeys(more, tmp_path)
    )

    assert only_wrote == [deep / name for name in expected]
    assert (deep / "made").is_dir()


@pytest.mark.parametrize("more", [(), ("threats",), ("unmarked",)])
@pytest.mark.parametrize("into", ["file", "file/made"])
def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path, only_wrote, more, into):
    """Issue 3, item 10."""
    (tmp_path / "file").touch()

    with translation.override("en"), pytest.raises(CommandError, match="nothing can be written there"):
        call_command("train_reader", str(tmp_path), into=tmp_path / into, **dict.fromkeys(more, tmp_path))

    assert not only_wrote


@pytest.mark.django_db
def test_a_folder_for_the_model_needs_data(tmp_path):
    with pytest.raises(CommandError, match="--into"):
        call_command("train_reader", into=tmp_path / "made")
    assert not Engine.objects.exists()


@pytest.mark.django_db
def test_without_data_it_learns_from_the_corrections():
    """Issue 3, item 9; a shop that corrected nothing has nothing to teach."""
    with translation.override("en"):
        call_command("train_reader", stdout=(out := StringIO()))
    assert "came to nothing" in out.getvalue()
    assert "There was nothing to learn from." in out.getvalue()


@pytest.mark.django_db
def test_it_says_in_words_how_it_went(monkeypatch):
    a_shop()
    for text in ("Bình xịn sò hết nấc.", "Ca xịn sò hết nấc.", "Tô xịn sò hết nấc.", "Đĩa xịn sò hết nấc."):
        said = Said(sentiment="positive", problem="none", themes={})
        corrections.correct(read_comment(text), said, by=user("manager", text[:2]), edition=1)
    monkeypatch.setattr(engines, "is_held", lambda text: True)
    with translation.override("en"):
        call_command("train_reader", stdout=(out := StringIO()))
    assert "learned from" in out.getvalue()
    assert re.search(r"feeling: \d+% read right before, \d+% after", out.getvalue())
    assert "{" not in out.getvalue()
