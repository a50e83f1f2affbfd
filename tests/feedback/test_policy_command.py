"""`manage.py policy`: check and prove a file, propose it, adopt what was spoken to."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from feedback import policies
from feedback.models import Policy
from feedback.policy.terms import Terms
from feedback.policy.written import to_toml
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SHIPPED = Terms.shipped().as_dict()


@pytest.fixture
def huy():
    return factories.user("manager", "Huy")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(to_toml(SHIPPED), "utf-8")
    return path


def policy(*args):
    out = StringIO()
    call_command("policy", *map(str, args), stdout=out)
    return out.getvalue()


def test_it_shows_what_counts():
    assert Terms.from_toml(policy("--show")) == Terms.shipped()


def test_it_ends_with_one_where_a_rule_is_broken(file):
    file.write_text(to_toml(SHIPPED | {"goodwill": SHIPPED["goodwill"] | {"earlier_at_most": 0}}), "utf-8")
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("policy", str(file), stdout=out)

    assert ended.value.code == 1
    assert "✗" in out.getvalue()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('fee = "15000"', 'fee = "-1"', "money.VND.fee"),
        ("[money.VND]", "[money.XBT]", "money.XBT"),
        ("[windows]", "ends_on = 2026-01-01\nstarts_on = 2026-01-02\n[windows]", "ends_on"),
        ("[costs]", "[cost]", "cost"),
    ],
)
def test_it_names_the_field(file, before, after, named):
    file.write_text(to_toml(SHIPPED).replace(before, after), "utf-8")

    with pytest.raises(CommandError, match=named):
        policy(file)


def test_a_manager_proposes_a_file(file, huy):
    policy(file, "--propose", "--by", huy.username, "--comment", "By hand.")

    made = Policy.objects.get()
    assert (made.state, made.author, made.comment) == ("proposed", huy, "By hand.")


def test_it_asks_for_a_manager(file):
    mai = factories.user("staff")

    for by in ((), ("--by", mai.username), ("--by", "nobody")):
        with pytest.raises(CommandError):
            policy(file, "--propose", *by)


def test_it_adopts_what_was_spoken_to_and_nothing_else(huy):
    made = policies.propose(SHIPPED, comment="…", by=huy, now=NOW)
    factories.proved(made)
    with pytest.raises(CommandError):
        policy("--adopt", 1, "--by", huy.username)
    policies.speak(made, "Fine.", by=factories.user("advocate", "An"), now=NOW)

    policy("--adopt", 1, "--by", huy.username)

    made.refresh_from_db()
    assert made.state == "adopted"


@pytest.mark.parametrize("args", [(), ("no-such-file.toml",), ("--adopt", "77", "--by", "x")])
def test_it_says_what_is_missing(args):
    with pytest.raises(CommandError):
        policy(*args)
