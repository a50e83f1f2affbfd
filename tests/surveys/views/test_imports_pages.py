import io

import pytest
from django.contrib.auth.models import Group

from feedback import leases
from feedback.models import User
from surveys import importing
from surveys.models import AnswerImport, Response
from tests.surveys.test_importing import LAN, MINH, table


@pytest.fixture
def manager(client, the_shop):
    user = User.objects.create(username="huy", language="en")
    user.groups.add(Group.objects.get(name="manager"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def upload(client, content, name="Delighted", scale="scale_10", why="invited", file_name="x.csv"):
    file = io.BytesIO(content)
    file.name = file_name
    data = {"name": name, "scale": scale, "why": why, "file": file}
    return client.post("/surveys/imports/", data, follow=True)


def test_from_the_file_to_the_results(manager, now):
    page = upload(manager, table(LAN, MINH))
    said = page.content.decode()
    assert "What would happen" in said
    assert "Giao hàng chậm" in said
    address = page.redirect_chain[0][0]

    going = manager.post(f"{address}take/", follow=True).content.decode()
    assert "it goes on by itself" in going
    while leases.run_once(importing.IMPORT, now):
        pass

    done = manager.get(address).content.decode()
    assert "See the results" in done
    one = AnswerImport.objects.get()
    results = manager.get(f"/surveys/{one.survey.public_id}/?from=2026-01-01&part=channel").content.decode()
    assert "imported" in results
    assert "asked, unpaid 2" in results


def test_columns_it_does_not_know_are_chosen(manager, now):
    page = upload(manager, table(["9", "2026-01-01"], head=["Frage 1", "Wann"]))
    address = page.redirect_chain[0][0]
    assert "Take them in" not in page.content.decode()
    refused = manager.post(f"{address}take/", follow=True).content.decode()
    assert "Say first which columns" in refused

    page = manager.post(f"{address}columns/", {"score": "0", "said_at": "1"}, follow=True)

    assert "Take them in" in page.content.decode()


@pytest.mark.parametrize("data", [{"score": "7"}, {"score": "0"}, {"score": "x", "said_at": "1"}, {}])
def test_a_column_that_is_none_is_refused(manager, data):
    address = upload(manager, table(LAN)).redirect_chain[0][0]

    assert manager.post(f"{address}columns/", data).status_code == 400


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xff\xfe\x00"])
def test_a_file_that_is_no_table_is_said(manager, content):
    page = upload(manager, content or b" ")

    assert page.status_code == 400
    assert 'aria-invalid="true"' in page.content.decode()
    assert AnswerImport.objects.count() == 0


def test_scripts_in_every_cell_stay_words(manager, now):
    """LimeSurvey's import pages ran what stood in the file."""
    evil = "<script>alert(1)</script>"
    content = table([evil, "", "9", evil, "2026-01-01"], [evil, evil, evil, evil, evil],
                    head=["Response ID", "Person Email", "Score", "Comment", "Created At"])  # fmt: skip
    page = upload(manager, content, name=evil, file_name=f"{evil}.csv")

    assert evil not in page.content.decode()
    assert evil not in manager.get("/surveys/imports/").content.decode()


def test_what_was_refused_goes_along(manager, now):
    address = upload(manager, table(LAN, ["r", "", "99", "", "x"])).redirect_chain[0][0]
    manager.post(f"{address}take/")
    while leases.run_once(importing.IMPORT, now):
        pass

    lines = manager.get(f"{address}faults.csv").getvalue().decode().splitlines()

    assert lines[1:] == [
        "3,Score,is no whole number of this scale",
        '3,Created At,"is no date such as 2026-03-31, 2026-03-31 14:05 or 31/03/2026"',
    ]


def test_taking_twice_takes_once(manager, now):
    address = upload(manager, table(LAN)).redirect_chain[0][0]
    manager.post(f"{address}take/")
    manager.post(f"{address}take/")
    while leases.run_once(importing.IMPORT, now):
        pass
    manager.post(f"{address}take/")

    assert Response.objects.count() == 1
