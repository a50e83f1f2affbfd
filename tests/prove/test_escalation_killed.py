"""C5–C8 for complaints that grow old: the job is killed at its worst moments and started again."""

import pytest

pytestmark = pytest.mark.prove
MANY = 450  # three batches
PREPARED = f"""
from datetime import timedelta
from django.contrib.auth.models import Group
from django.utils import timezone
from feedback import bulk, tokens
from feedback.models import Case, Comment, Shop, User
now = timezone.now()
Shop.objects.get_or_create(pk=1, defaults={{"name": "Tiệm Gốm Lan", "set_up_at": now}})
huy = User.objects.create_user("huy", email="huy@shop.example")
huy.groups.add(Group.objects.get(name="manager"))
names = iter(tokens.public_ids({2 * MANY}))
told = now - timedelta(days=3)
words = bulk.write(Comment, [
    {{"public_id": next(names), "text": "Chưa ai trả lời.", "channel": "phone", "source": "desk",
      "why": "unsolicited", "said_at": told, "received_at": told, "read_at": told}}
    for _each in range({MANY})
])
bulk.write(Case, [
    {{"public_id": next(names), "comment_id": one, "opened_at": told, "decided_at": told,
      "acknowledge_by": told, "answer_by": now + timedelta(days=2),
      "due_on": (now + timedelta(days=9)).date(), "escalate_at": told}}
    for one in words
])
"""


@pytest.mark.parametrize("moment", ["escalation._next", "escalation._tell", "escalation._write"])
def test_each_is_shown_once_however_often_the_job_dies(installation, moment):
    """Died before it was all written down: nobody was told, and the next worker does it."""
    installation.python(PREPARED)
    for _each in range(2):
        installation.dies_after(moment)
    assert installation.count("feedback_case", "escalations > 0") == 0

    installation.manage("sweep")
    installation.manage("sweep")

    assert installation.count("feedback_case", "escalations = 1") == MANY
    assert installation.count("feedback_event", "verb = 'case escalated'") == MANY
    told = installation.python(
        "from feedback.models import OutgoingMail\n"
        "sent = OutgoingMail.objects.filter(to='huy@shop.example')\n"
        "print(*sent.values_list('subject', flat=True), sep='|')"
    )
    assert sum(int("".join(filter(str.isdigit, subject))) for subject in told.split("|")) == MANY
    installation.proves_itself()
