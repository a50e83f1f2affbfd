from django.urls import path

from feedback import (
    api,
    api_complaints,
    api_contacts,
    api_customers,
    api_discovery,
    api_disputes,
    api_people,
    api_policy,
    api_trends,
)

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
    path(
        "reports/definition-tried", api_customers.DefinitionTried.as_view(), name="api_definition_tried"
    ),
    path("reports/defections", api_customers.DefectionRate.as_view(), name="api_defections"),
    path("reports/defections/customers", api_people.Departed.as_view(), name="api_departed"),
    path("reports/leaving/customers", api_people.LeftOfPart.as_view(), name="api_leaving_people"),
    path("reports/leaving", api_customers.Leaving.as_view(), name="api_leaving"),
    path("reports/investment", api_customers.InvestmentCheck.as_view(), name="api_investment"),
    path("reports/expected", api_customers.ExpectedNextYear.as_view(), name="api_expected"),
    path("reports/tenure/customers", api_people.OfYear.as_view(), name="api_tenure_people"),
    path("reports/tenure", api_customers.TenureCurve.as_view(), name="api_tenure"),
    path("reports/wishes", api_complaints.WishesAndGiven.as_view(), name="api_wishes"),
    path("reports/causes", api_complaints.RootCauses.as_view(), name="api_causes"),
    path("reports/clocks", api_complaints.Clocks.as_view(), name="api_clocks_kept"),
    path("reports/promises", api_complaints.PromisesKept.as_view(), name="api_promises_kept"),
    path("reports/concessions", api_complaints.Concessions.as_view(), name="api_concessions"),
    path("reports/divergence", api_complaints.Divergence.as_view(), name="api_divergence"),
    path("policy/decisions", api_complaints.Decisions.as_view(), name="api_decisions"),
    path("policy/thresholds/customers", api_people.Valued.as_view(), name="api_valued"),
    path("policy/thresholds", api_complaints.Thresholds.as_view(), name="api_thresholds"),
]
