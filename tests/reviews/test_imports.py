import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from feedback.models import Event
from reviews.imports import RowFault, UnknownSource, source_named, write_faults
from reviews.models import Review, Source

pytestmark = pytest.mark.django_db
HEADER = "id,text,stars,date\n"
GOOD = HEADER + "r1,Tốt,5,2026-10-31\nr2,Trễ,2,2026-10-31\n"


@pytest.fixture
def run(tmp_path, lan_pottery, capsys):
    """Run the command over this content: exit code and everything it said."""

    def command(content, *arguments, language="en"):
        path = tmp_path / "reviews.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            with translation.override(language):
                call_command("import_reviews", str(path), "--source", "Chợ online", *arguments)
        except SystemExit as end:
            return end.code, "".join(capsys.readouterr())
        except CommandError as error:
            return error.returncode, str(error)
        return 0, "".join(capsys.readouterr())

    return command


def test_it_takes_a_file_in(run):
    code, said = run(GOOD)

    assert (code, Review.objects.count(), Source.objects.get().slug) == (0, 2, "cho-online")
    assert "2 new, 0 edited, 0 unchanged, 0 refused" in said


def test_a_second_import_adds_nothing(run):
    run(GOOD)
    code, said = run(GOOD)

    assert (code, Review.objects.count()) == (0, 2)
    assert "0 new, 0 edited, 2 unchanged" in said


def test_an_edited_row_is_a_new_version(run):
    run(GOOD)
    _code, said = run(GOOD.replace("Trễ", "Trễ nhưng đã xin lỗi"))

    assert "0 new, 1 edited, 1 unchanged" in said
    assert Review.objects.get(external_id="r2").version == 2


def test_a_dry_run_writes_nothing(run):
    code, said = run(GOOD, "--dry-run")

    assert (code, Review.objects.count(), Source.objects.count(), Event.objects.count()) == (0, 0, 0, 0)
    assert "2 new" in said


def test_what_was_wrong_stands_in_a_report_beside_the_file(run, tmp_path):
    code, said = run(GOOD + "r3,=1+1,11,2026-10-31\n")

    with (tmp_path / "reviews.csv.errors.csv").open(encoding="utf-8-sig") as report:
        (line,) = csv.DictReader(report)
    assert (code, Review.objects.count()) == (1, 2)
    assert (line["row"], line["field"]) == ("4", "stars")
    assert "1 refused" in said


@pytest.mark.parametrize("content", ["", "text\nx", b"\x8d\x8e\x90\xff"])
def test_a_file_of_no_use_is_refused_whole(run, content):
    code, said = run(content)

    assert (code, Review.objects.count()) == (2, 0)
    assert "reviews.csv" in said


def test_a_file_without_rows_is_said_to_have_none(run):
    code, said = run(HEADER)

    assert code == 0
    assert "holds no rows" in said


def test_it_speaks_one_language(run):
    _code, said = run(GOOD + "r3,x,11,2026-10-31\n", "--dry-run", language="vi")

    assert not {"new", "refused", "row"} & set(said.replace(",", " ").split())
    assert "dòng 4, stars" in said


def test_a_file_that_is_not_there(lan_pottery):
    with pytest.raises(CommandError) as refused:
        call_command("import_reviews", "nowhere.csv", "--source", "x")

    assert refused.value.returncode == 2
    assert not Source.objects.exists()


def test_a_source_keeps_its_kind(own):
    assert source_named("Our page") == source_named("own") == own
    with pytest.raises(UnknownSource):
        source_named("own", kind="file")


@pytest.mark.parametrize("name", ["", "★", " - "])
def test_a_source_needs_a_name(db, name):
    with pytest.raises(UnknownSource):
        source_named(name)


def test_no_formula_starts_from_the_report():
    report = io.StringIO()
    write_faults([RowFault(row=2, field="=cmd", message="@SUM(1)")], report)

    assert "'=cmd,'@SUM(1)" in report.getvalue()


def test_the_command_explains_itself(capsys):
    with pytest.raises(SystemExit):
        call_command("import_reviews", "--help")

    assert "--dry-run" in capsys.readouterr().out
