from django.urls import path

from feedback.front import (
    capture,
    customers,
    inbound,
    jobs,
    setup,
    silence_page,
    tell_us,
    today,
    working_days,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("tell-us/", tell_us.tell_us, name="tell_us"),
    path("tell-us/thanks/", tell_us.thanks, name="tell_us_thanks"),
    path("cases/new/", capture.new, name="case_new"),
    path("cases/<slug:public_id>/noted/", capture.noted, name="case_noted"),
    path("hooks/inbound-<slug:service>/", inbound.inbound_hook, name="inbound_hook"),
    path("customers/", customers.customer_list, name="customers"),
    path("customers/<slug:public_id>/", customers.customer_page, name="customer"),
    path("customers/<slug:public_id>/consent/", customers.consent, name="customer_consent"),
    path("reports/silence/", silence_page.page, name="silence"),
    path("reports/silence.csv", silence_page.months_csv, name="silence_csv"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:kind>/<int:pk>/try-again/", jobs.try_again, name="job_try_again"),
    path("setup/", setup.setup, name="setup"),
    path("setup/shop/", setup.shop_step, name="setup_shop"),
    path("setup/sources/", setup.sources_step, name="setup_sources"),
    path("setup/survey/", setup.survey_step, name="setup_survey"),
    path("setup/working-days/", working_days.working_days, name="working_days"),
    path("setup/working-days/add/", working_days.add_own_day, name="own_day_add"),
    path("setup/working-days/<int:pk>/remove/", working_days.remove_own_day, name="own_day_remove"),
    path("setup/done/", setup.done, name="setup_done"),
]
