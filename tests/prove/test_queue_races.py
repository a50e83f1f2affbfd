"""C5, C6: several workers, an import that edits what they are reading, and every row done once."""

import pytest

from tests.prove.conftest import reviews_file

pytestmark = pytest.mark.prove
MANY = 600
READ = """
from feedback import comments, leases, work
small = leases.Job(name="read", due=comments.due, run=comments.read, batch=20)
print(work.drain(small))
"""


def import_reviews(installation, file):
    return installation.start("manage.py", "import_reviews", str(file), "--source", "map", "--kind", "file")


def test_readers_at_once_read_each_comment_once(installation, tmp_path):
    assert import_reviews(installation, reviews_file(tmp_path / "a.jsonl", MANY)).wait(120) == 0

    readers = [installation.start("-c", f"import django; django.setup()\n{READ}") for _ in range(3)]

    assert [reader.wait(120) for reader in readers] == [0, 0, 0], installation.log()
    assert installation.count("feedback_analysis") == MANY
    assert installation.count("feedback_comment", "tries > 0 OR failed_at IS NOT NULL") == 0
    installation.proves_itself()


def test_edits_that_arrive_while_they_are_read_count_once(installation, tmp_path):
    """An edit takes its old words out of the totals while readers put others in: neither waits for ever."""
    first = reviews_file(tmp_path / "a.jsonl", MANY)
    second = reviews_file(tmp_path / "b.jsonl", MANY, edition=" Đã sửa.")
    assert import_reviews(installation, first).wait(120) == 0

    programs = [installation.start("-c", f"import django; django.setup()\n{READ}") for _ in range(2)]
    programs.append(import_reviews(installation, second))

    assert [program.wait(120) for program in programs] == [0, 0, 0], installation.log()
    installation.manage("sweep")
    assert installation.count("feedback_comment") == 2 * MANY
    assert installation.count("feedback_comment", "superseded_by_id IS NOT NULL") == MANY
    assert installation.count("reviews_reply", "state = 'draft'") == MANY
    installation.proves_itself()


def test_two_imports_of_one_file_at_once_add_it_once(installation, tmp_path):
    file = reviews_file(tmp_path / "a.jsonl", MANY)

    programs = [import_reviews(installation, file) for _ in range(2)]

    assert [program.wait(120) for program in programs] == [0, 0], installation.log()
    assert installation.count("reviews_review") == installation.count("feedback_comment") == MANY
