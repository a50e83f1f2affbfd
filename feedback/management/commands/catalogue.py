from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from feedback import catalogue


class Command(BaseCommand):
    help = "Compile the translations; --update takes new messages in, --check fails when one has no words."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--update", action="store_true", help="merge the messages of the source into the files"
        )
        what.add_argument(
            "--check", action="store_true", help="exit 1 and name what is untranslated or obsolete"
        )

    def handle(self, *args, **options):
        if options["update"]:
            for language in catalogue.languages():
                left = catalogue.update(settings.BASE_DIR, language)
                self.stdout.write(f"{language}: {left} without words")
        elif options["check"]:
            self.check_all()
        else:
            for path in catalogue.compile_all():
                self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")

    def check_all(self):
        faults = [
            f for language in catalogue.languages() for f in catalogue.check(settings.BASE_DIR, language)
        ]
        for fault in faults:
            self.stderr.write(f"{fault.language} {fault.kind}: {fault.message!r}")
        if faults:
            raise CommandError(
                f"{len(faults)} messages need attention: run `manage.py catalogue --update`, then translate"
            )
        self.stdout.write("every message has its words")
