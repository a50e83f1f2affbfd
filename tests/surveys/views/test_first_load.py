"""Item 6: what a telephone fetches before the first question can be answered: below 60 kB, fonts aside."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders

from surveys import building, invitations
from surveys.models import Survey
from tests.factories import NOW
from tests.surveys.test_answers import EVERY_KIND

pytestmark = pytest.mark.django_db
MOST = 60_000  # bytes


def fetched(page):
    """What the page makes a browser fetch at once, by address; pictures wait until they are near."""
    head = re.findall(r'<link[^>]+href="([^"]+)"[^>]*>', page)
    scripts = re.findall(r'<script[^>]+src="([^"]+)"', page)
    pictures = re.findall(r'<img(?![^>]+loading="lazy")[^>]+src="([^"]+)"', page)
    return [*head, *scripts, *pictures]


def weight(page):
    """Bytes on the wire: the page as it is, the rest compressed as WhiteNoise keeps it; and all unpacked."""
    files = [Path(finders.find(urlsplit(one).path.removeprefix("/static/"))) for one in fetched(page)]
    plain = [one.read_bytes() for one in files if one.suffix != ".woff2"]
    html = len(page.encode())
    return html + sum(len(gzip.compress(one, 9)) for one in plain), html + sum(map(len, plain))


@pytest.mark.parametrize("query", ["", "?all=1", "?step=4", "?lang=en"])
def test_the_first_load_is_light(client, address, query):
    page = client.get(address + query, follow=True).text

    wire, _unpacked = weight(page)

    assert wire < MOST, wire
    assert len(fetched(page)) == 4, fetched(page)  # icon, font, style, script
    assert not [one for one in fetched(page) if urlsplit(one).netloc]


def test_so_is_one_with_every_kind_of_question_on_one_page(client, the_shop, buy, now):
    survey = building.start("All", EVERY_KIND, now=NOW)
    survey.versions.update(published_at=NOW)
    Survey.objects.filter(pk=survey.pk).update(state="live")
    survey.refresh_from_db()
    asked = invitations.invite(survey, order=buy("7"), as_link=True, now=now)

    page = client.get(f"/s/{invitations.mint(asked)}/?all=1").text

    assert page.count("<fieldset") > 10
    assert weight(page)[0] < MOST


def test_the_test_can_fail():
    assert weight('<script src="/static/feedback/app.js"></script>' + "x" * MOST)[0] > MOST
