"""S1-16: one complaint whose button was pressed many times at the same moment."""

import pytest

pytestmark = [pytest.mark.prove, pytest.mark.postgres]
TEN_AT_ONCE = """
import threading
from django.db import connection
from django.utils import timezone
from feedback.front import tell_us
from tests.factories import a_shop
a_shop()
told = {"text": "Chờ lâu quá, hoàn tiền cho tôi.", "name": "", "email": "", "stars": 1,
        "touchpoint": None, "wish": ""}
ready = threading.Barrier(10)
def press():
    connection.ensure_connection()
    ready.wait()
    try:
        tell_us.record(told, now=timezone.now())
    finally:
        connection.close()
presses = [threading.Thread(target=press) for _ in range(10)]
for one in presses: one.start()
for one in presses: one.join()
"""


def test_ten_presses_at_once_are_one_complaint(installation):
    installation.python(TEN_AT_ONCE)

    assert installation.count("feedback_comment") == installation.count("feedback_case") == 1
