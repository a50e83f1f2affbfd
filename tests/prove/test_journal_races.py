"""T10: however many write at once, there is one chain and it holds."""

import pytest

pytestmark = pytest.mark.prove
WRITERS, ACTS = 4, 40
WRITE = f"""
from feedback import journal
for number in range({ACTS}):
    with journal.recording():
        journal.log("asked", "shop:1", number=number)
        journal.log("answered", "shop:1", number=number)
"""
# The guard taken away: the end of the chain is read without standing in line for it.
UNGUARDED = """
from feedback.models import Event
def end_without_a_lock():
    end = Event.objects.order_by("-id").values_list("hash", flat=True).first() or journal.GENESIS
    import time; time.sleep(0.02)
    return end
from feedback import journal
journal._end_of_chain = end_without_a_lock
"""


def write_at_once(installation, code):
    writers = [installation.start("-c", f"import django; django.setup()\n{code}") for _ in range(WRITERS)]
    return [writer.wait(120) for writer in writers]


def test_many_write_one_chain(installation):
    assert write_at_once(installation, WRITE) == [0] * WRITERS

    assert installation.count("feedback_event") == WRITERS * ACTS * 2
    installation.manage("verify_audit")


@pytest.mark.postgres
def test_without_its_lock_writers_fail_but_the_chain_never_forks(installation):
    """The guard-off twin: the unique link to the event before is the second line of defence."""
    codes = write_at_once(installation, UNGUARDED + WRITE)

    assert any(codes)
    installation.manage("verify_audit")
