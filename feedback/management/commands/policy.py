"""A policy file by hand: check and prove it, propose it, adopt what an advocate has spoken to."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from feedback import policies, policy_words
from feedback.models import Policy, User
from feedback.policy.prove import prove
from feedback.policy.terms import BadTerms, Terms
from feedback.policy.written import to_toml
from feedback.policy_forms import MOST_BYTES
from feedback.roles import Role, roles_of


class Command(BaseCommand):
    help = (
        "Check a policy file and prove it; --propose it, --adopt a version, or --show the one that counts. "
        "Exit code 1 when the file cannot be or breaks a rule."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="a TOML file such as --show writes")
        parser.add_argument("--show", action="store_true", help="write the version that counts as TOML")
        parser.add_argument("--propose", action="store_true", help="propose the file as the next version")
        parser.add_argument("--adopt", type=int, metavar="VERSION", help="let a proposed version count")
        parser.add_argument("--by", metavar="USERNAME", help="the manager who does it")
        parser.add_argument("--comment", default="", help="why; the file's own comment when left out")

    def handle(self, file=None, **options):
        if options["show"]:
            live = policies.live(timezone.now())
            self.stdout.write(to_toml(live.terms if live else Terms.shipped().as_dict()), ending="")
        elif options["adopt"] is not None:
            self._adopt(options["adopt"], _manager(options["by"]))
        elif file is None:
            raise CommandError(_("Name a file, or one of --show and --adopt."))
        elif options["propose"]:
            self._propose(_read(file), _manager(options["by"]), options["comment"])
        else:
            self._prove(_read(file))

    def _prove(self, terms):
        proof = prove(terms)
        for one in policy_words.invariants(proof.as_dict(), (get_language() or "en")[:2]):
            self.stdout.write(f"{'✓' if one['holds'] else '✗'} {one['words']}")
            if not one["holds"]:
                said = (one.get(part) for part in ("facts", "answer", "why", "other"))
                self.stdout.write("  " + " ".join(str(words) for words in said if words))
        self.stdout.write(_("%(n)s kinds of cases were tried.") % {"n": proof.cases})
        if not proof.holds:
            sys.exit(1)

    def _propose(self, terms, by, comment):
        try:
            made = policies.propose(
                terms.as_dict(), comment=comment or terms.comment, by=by, now=timezone.now()
            )
        except BadTerms as bad:
            raise CommandError(policy_words.named_error(bad)) from None
        self.stdout.write(
            _("Version %(version)s is proposed. It is being proved and tried on past cases.")
            % {"version": made.version}
        )

    def _adopt(self, version, by):
        policy = Policy.objects.filter(version=version).first()
        if policy is None:
            raise CommandError(_("There is no version %(version)s.") % {"version": version})
        try:
            policies.adopt(policy, by=by, now=timezone.now())
        except policies.NotReady as error:
            raise CommandError(policy_words.why_not(error.reason)) from None
        except policies.Stale:
            raise CommandError(
                _("Version %(version)s is not proposed any more.") % {"version": version}
            ) from None
        self.stdout.write(_("Version %(version)s is adopted.") % {"version": version})


def _read(file: Path) -> Terms:
    try:
        with file.open("rb") as source:
            text = source.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise CommandError(_("At most 100 kB: this is no policy."))
        return Terms.from_toml(text.decode("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(_("The file is not a text in UTF-8.")) from None
    except BadTerms as bad:
        raise CommandError(policy_words.named_error(bad)) from None


def _manager(name: str | None) -> User:
    """What a person may do in the browser, no more: the role is asked for here as well."""
    user = User.objects.filter(username=name or "").first()
    if user is None or Role.MANAGER not in roles_of(user):
        raise CommandError(_("--by must name a manager."))
    return user
