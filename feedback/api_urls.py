from django.urls import path

from feedback import api

urlpatterns = [
    path("orders", api.Orders.as_view(), name="api_orders"),
    path("trends/themes", api.ThemeTrends.as_view(), name="api_theme_trends"),
]
