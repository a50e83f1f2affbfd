"""Make a key for a program that calls the API; it is printed this once."""

from django.core.management.base import BaseCommand

from feedback import api_access
from feedback.models import ApiToken


class Command(BaseCommand):
    help = "Make an API token and print it: api_token NAME --scope orders --scope reviews"

    def add_arguments(self, parser):
        parser.add_argument("name", help="which program it is for")
        parser.add_argument(
            "--scope", action="append", required=True, choices=ApiToken.Scope.values, dest="scopes"
        )

    def handle(self, name, scopes, **options):
        self.stdout.write(api_access.issue(name, scopes, by=None))
