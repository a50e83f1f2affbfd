from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Set up")

    def ready(self) -> None:
        # Late, so that importing the package stays free of Django and Celery (rules are plain Python).
        from feedback import celery, checks  # noqa: F401
