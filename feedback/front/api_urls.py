from django.urls import path

from feedback.front import (
    api_pages,
    api_service,
    api_silence,
    service_cases,
    service_people,
    silence_people,
)

urlpatterns = [
    path("schema/", api_pages.schema, name="api_schema"),
    path("v1/", api_pages.api_root, name="api_root"),
    path("v1/reports/service", api_service.Service.as_view(), name="api_service"),
    path("v1/reports/service/customers", service_people.Told.as_view(), name="api_service_people"),
    path("v1/reports/service/complaints", service_cases.Cases.as_view(), name="api_service_cases"),
    path("v1/reports/silence/customers", silence_people.Silent.as_view(), name="api_silence_people"),
    path("v1/reports/silence", api_silence.Silence.as_view(), name="api_silence"),
]
