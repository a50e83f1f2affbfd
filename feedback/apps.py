from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        # Late, so that importing the package stays free of Django and Celery (rules are plain Python).
        from feedback import celery, checks  # noqa: F401
