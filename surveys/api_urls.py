from django.urls import path

from surveys import api

urlpatterns = [
    path("rewards/check", api.Check.as_view(), name="api_rewards_check"),
    path("rewards/redeem", api.Redeem.as_view(), name="api_rewards_redeem"),
]
