"""kill -9 while a job looks for what changed, or for what no theme catches; the next one finds each once."""

import pytest

pytestmark = pytest.mark.prove
SEED = """
from datetime import timedelta
from django.utils import timezone
from feedback.front import demo_missed
from feedback.models import AlertClock, DiscoveryClock
from tests import factories
factories.a_shop()
factories.user("manager", "Huy", email="huy@example.com")
now = timezone.now()
for language, said in demo_missed.SAID.items():
    for n, (text, days) in enumerate(said):
        lan = factories.customer(f"Lan {n}", language=language, since=now - timedelta(days=90))
        demo_missed._record(lan, text, now - timedelta(days=days))
for n in range(12):
    factories.comment(f"Giao trễ {n} ngày.", source="map", channel="review", score=1, scale="stars_5",
        said_at=now - timedelta(hours=30, minutes=10 * n))
from feedback import comments, work
work.drain(work.job("feedback.tasks.READ_COMMENTS"))
AlertClock.objects.update(look_at=now)
if not DiscoveryClock.objects.update(look_at=now):
    DiscoveryClock.objects.create(look_at=now)
"""
LOOKING = (  # in the order of the jobs
    "alerts._tell",  # told, not committed
    "discovery._proposed",  # one is written
    "discovery._keep",  # those of one language are, not committed
)


def test_each_is_found_once_wherever_the_worker_is_killed(installation):
    installation.python(SEED)

    for moment in LOOKING:
        installation.dies_after(moment)
    installation.manage("sweep")

    proposed = installation.count("feedback_proposal")
    assert proposed > 0
    assert installation.count("feedback_event", "verb = 'theme proposed'") == proposed
    assert installation.count("feedback_alert", "kind = 'burst'") == 1
    assert installation.count("feedback_outgoingmail", "\"to\" = 'huy@example.com'") == 1
    assert installation.count("feedback_discoveryclock", "found_at IS NOT NULL AND leased_by = ''") == 1
    installation.proves_itself()
