"""What the documents say of the program is so."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from feedback import api_access
from feedback.models import ApiToken
from reviews.models import Source
from surveys.api import REASONS
from tests import factories

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_call_of_the_api_is_described():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    calls = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `(\w+ /api/\S+)`", API, re.MULTILINE)) == {
        call for call in calls if "/api/v1/" in call
    }


@pytest.mark.parametrize("word", [*ApiToken.Scope.values, *(code for code, _detail in REASONS.values())])
def test_every_scope_and_reason_is_described(word):
    assert f"`{word}`" in API


@pytest.mark.django_db
def test_the_examples_can_be_sent(client):
    factories.a_shop()
    Source.objects.create(slug="google", name="Google", kind="file")
    key = api_access.issue("docs", ["orders", "reviews", "contacts"], by=None)
    examples = re.findall(r"BASE_URL(/api/v1/(?:orders|reviews|contacts\S*)) -d '(.+?)'", API, re.DOTALL)

    answers = [
        client.post(path, json.loads(body), "application/json", headers={"authorization": f"Bearer {key}"})
        for path, body in examples
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 200]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
