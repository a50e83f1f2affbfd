from django.urls import path

from reviews import api

urlpatterns = [path("reviews", api.Reviews.as_view(), name="api_reviews")]
