from django.apps import AppConfig
from django.db.backends.signals import connection_created


class FrontConfig(AppConfig):
    name = "feedback.front"
    label = "front"

    def ready(self):
        from feedback.front.search import teach_sqlite

        connection_created.connect(teach_sqlite)
