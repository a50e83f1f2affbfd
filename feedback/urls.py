"""All addresses. Printed QR codes depend on these."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("feedback.front.urls")),
    path("", include("surveys.urls")),
    path("", include("reviews.urls")),
    path("", include("feedback.views.urls")),
    path("", include("feedback.views.report_urls")),
    path("api/", include("feedback.front.api_urls")),
    path("api/v1/", include("feedback.api_urls")),
    path("api/v1/", include("surveys.api_urls")),
    path("api/v1/", include("reviews.api_urls")),
    path("admin/", admin.site.urls),
]
handler400 = "feedback.views.errors.bad_request"
handler403 = "feedback.views.errors.forbidden"
handler404 = "feedback.views.errors.not_found"
handler500 = "feedback.views.errors.server_error"
