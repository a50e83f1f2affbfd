from django.urls import path

from reviews import api, api_hidden

urlpatterns = [
    path("reviews", api.Reviews.as_view(), name="api_reviews"),
    path("reports/hidden", api_hidden.Hidden.as_view(), name="api_hidden"),
]
