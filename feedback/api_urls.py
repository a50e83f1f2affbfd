from django.urls import path

from feedback import api, api_disputes, api_policy

urlpatterns = [
    path("orders", api.Orders.as_view(), name="api_orders"),
    path("disputes", api_disputes.Disputes.as_view(), name="api_disputes"),
    path("disputes/<str:external_id>", api_disputes.OneDispute.as_view(), name="api_dispute"),
    path("policy", api_policy.PolicyNow.as_view(), name="api_policy"),
    path("trends/themes", api.ThemeTrends.as_view(), name="api_theme_trends"),
]
