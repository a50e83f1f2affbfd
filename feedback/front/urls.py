from django.urls import path

from feedback.front import customers, jobs, setup, tell_us, today

urlpatterns = [
    path("", today.today, name="today"),
    path("tell-us/", tell_us.tell_us, name="tell_us"),
    path("tell-us/thanks/", tell_us.thanks, name="tell_us_thanks"),
    path("customers/", customers.customer_list, name="customers"),
    path("customers/<slug:public_id>/", customers.customer_page, name="customer"),
    path("customers/<slug:public_id>/consent/", customers.consent, name="customer_consent"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:kind>/<int:pk>/try-again/", jobs.try_again, name="job_try_again"),
    path("setup/", setup.setup, name="setup"),
    path("setup/shop/", setup.shop_step, name="setup_shop"),
    path("setup/sources/", setup.sources_step, name="setup_sources"),
    path("setup/survey/", setup.survey_step, name="setup_survey"),
    path("setup/done/", setup.done, name="setup_done"),
]
