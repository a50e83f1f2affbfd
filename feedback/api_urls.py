from django.urls import path

from feedback import api, api_contacts, api_discovery, api_disputes, api_policy, api_trends

urlpatterns = [
    path("orders", api.Orders.as_view(), name="api_orders"),
    path("disputes", api_disputes.Disputes.as_view(), name="api_disputes"),
    path("disputes/<str:external_id>", api_disputes.OneDispute.as_view(), name="api_dispute"),
    path("contacts", api_contacts.Contacts.as_view(), name="api_contacts"),
    path("contacts/staffed-hours", api_contacts.StaffedHours.as_view(), name="api_staffed_hours"),
    path("reports/contact-hours", api_contacts.ContactHours.as_view(), name="api_contact_hours"),
    path("policy", api_policy.PolicyNow.as_view(), name="api_policy"),
    path("trends/missed", api_discovery.MissedThemes.as_view(), name="api_missed_themes"),
    path("trends/themes", api_trends.ThemeTrends.as_view(), name="api_theme_trends"),
    path("trends/alerts", api_trends.Alerts.as_view(), name="api_alerts"),
    path("comments", api_trends.Comments.as_view(), name="api_comments"),
    path("reports/impact", api_trends.WhatToMend.as_view(), name="api_impact"),
]
