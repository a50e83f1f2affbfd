from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "feedback.front"
    label = "front"
