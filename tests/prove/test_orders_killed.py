"""kill -9 in the middle of a file of orders: after a new start each is there once, and counted once."""

import csv

import pytest

pytestmark = pytest.mark.prove
MANY = 18_000  # rows, in parts of 4,000; every third order has two


def orders_file(path):
    """How many orders."""
    orders = 0
    with path.open("w", newline="", encoding="utf-8") as out:
        write = csv.writer(out).writerow
        write(["number", "date", "email", "product", "quantity", "price"])
        for row in range(MANY):
            orders += row % 4 != 3
            write(
                [f"A-{orders}", "2026-10-01", f"lan{orders % 700}@example.com", f"Bát {row % 4}", 1, 100_000]
            )
    return orders


def test_a_file_of_orders_is_taken_in_once(installation, tmp_path):
    file = tmp_path / "orders.csv"
    orders = orders_file(file)
    first = installation.start("manage.py", "import_orders", str(file))
    installation.kill_when(first, lambda: installation.count("feedback_order") > 0)
    for more in (4_000, 8_000):
        worker = installation.start("manage.py", "work")
        installation.kill_when(worker, lambda more=more: installation.count("feedback_order") >= more)

    installation.manage("sweep")

    assert installation.count("feedback_order") == orders
    assert installation.count("feedback_orderline") == MANY
    assert installation.ask("SELECT created FROM feedback_orderimport") == orders
    assert installation.count("feedback_orderimport", "state = 'done' AND leased_by = ''") == 1
    assert installation.count("feedback_orderimportpart") == 0
    installation.manage("import_orders", str(file))
    assert installation.count("feedback_order") == orders
    installation.proves_itself()
