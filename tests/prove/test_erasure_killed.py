"""L15, L16: kill -9 in the middle of an erasure, or of a night's letting go; the next worker finishes it."""

import pytest

pytestmark = pytest.mark.prove
PEOPLE = 40
NAMED = "Thuỳ Lan Nguyễn"
SEED = f"""
from datetime import timedelta
from django.utils import timezone
from feedback import comments, erasure
from reviews import drafting, intake
from reviews.models import Source
from reviews.records import ReviewRecord
from tests import factories
factories.a_shop()
then = timezone.now() - timedelta(days=AGE)
source = Source.objects.create(slug="map", name="Map", kind="file")
records = []
for n in range({PEOPLE}):
    lan = factories.customer("{NAMED}", email=f"lan.nguyen{{n}}@example.com", since=then)
    factories.order(lan, number=f"L-{{n}}", placed_at=then, received_at=then, card_number="{NAMED}")
    records.append(ReviewRecord(external_id=f"r{{n}}", text="Giao trễ, thất vọng. {NAMED}", stars=2,
        said_at=then, author="{NAMED}", order_number=f"L-{{n}}"))
intake.receive_many(source, records, now=then)
comments.read_all()
drafting.answer_all()
from feedback.models import Case
Case.objects.update(state="closed", closed_at=then)
"""
ASK = """
from feedback import erasure
from feedback.models import Customer
for customer in Customer.objects.all():
    erasure.ask(customer, how="page")
"""
TONIGHT = "from feedback import retention\nfrom django.utils import timezone\nretention.begin(timezone.now())"
# What has just been done when the process is gone.
ERASING = (
    "erasure._stop",  # said no to everything, not committed
    "erasure._leave_no_trace_on_the_disk",  # files are done, tables are not
    "erasure.empty",  # tables are done, not committed
    "erasure._tidy",  # committed
)
LETTING_GO = ("retention._some", "retention._note", "erasure.ask", "erasure._stop", "erasure.empty")
SCAN = f"""
from tests import scanning
print(sorted(scanning.in_tables(["{NAMED}", "lan.nguyen"])))
"""


def seeded(installation, age):
    installation.python(SEED.replace("AGE", str(age)))
    assert installation.count("feedback_customer", "name <> ''") == PEOPLE


def killed_on_its_way(installation, steps):
    """The worker is killed as soon as so many are without a name, and started again."""
    for step in steps:
        worker = installation.start("manage.py", "work")
        installation.kill_when(
            worker, lambda step=step: installation.count("feedback_customer", "name = ''") >= step
        )


def all_is_gone(installation):
    """After the second look, for which nobody waits a minute here."""
    for _ in range(3):
        installation.manage("sweep")
        installation.python("from feedback.models import Erasure\nErasure.objects.update(retry_at=None)")
    assert installation.count("feedback_erasure", "stage = 'finished'") == PEOPLE
    assert installation.count("feedback_erasure") == PEOPLE
    assert installation.count("feedback_erasure", "failed_at IS NOT NULL OR leased_by <> ''") == 0
    assert installation.python(SCAN).strip() == "[]"
    assert installation.count("feedback_order") == PEOPLE
    assert installation.count("feedback_event", "verb = 'person erased'") == PEOPLE
    installation.proves_itself()


def test_an_erasure_is_finished_by_the_next_worker(installation):
    seeded(installation, 30)
    installation.python(ASK)

    for moment in ERASING:
        installation.dies_after(moment)
    killed_on_its_way(installation, [5, 15, 30])

    all_is_gone(installation)


def test_a_night_of_letting_go_is_finished_by_the_next_worker(installation):
    seeded(installation, 1200)
    installation.python(TONIGHT)

    for moment in LETTING_GO:
        installation.dies_after(moment)
    killed_on_its_way(installation, [5, 25])

    all_is_gone(installation)
    assert installation.count("feedback_keeping", "leased_by <> '' OR failed_at IS NOT NULL") == 0
    assert installation.ask("SELECT done FROM feedback_keeping WHERE rule = 'customers'") == PEOPLE
