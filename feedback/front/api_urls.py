from django.urls import path

from feedback.front import api_pages, api_service, api_silence

urlpatterns = [
    path("schema/", api_pages.schema, name="api_schema"),
    path("v1/", api_pages.api_root, name="api_root"),
    path("v1/reports/service", api_service.Service.as_view(), name="api_service"),
    path("v1/reports/silence", api_silence.Silence.as_view(), name="api_silence"),
]
