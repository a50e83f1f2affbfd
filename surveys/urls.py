from django.urls import path

from surveys.views import answer, build, codes, found, inviting, manage, picture

urlpatterns = [
    path("s/<str:token>/", answer.answer, name="answer"),
    path("surveys/pictures/<slug:name>", picture.picture, name="survey_picture"),
    path("surveys/", manage.surveys, name="surveys"),
    path("surveys/new/", build.new, name="survey_new"),
    path("surveys/<slug:public_id>/edit/", build.edit, name="survey_edit"),
    path("surveys/<slug:public_id>/edit/change/", build.change, name="survey_change"),
    path("surveys/<slug:public_id>/edit/<slug:name>/", build.question, name="survey_question"),
    path("surveys/<slug:public_id>/try/", build.trial, name="survey_try"),
    path("surveys/<slug:public_id>/publish/", build.publish, name="survey_publish"),
    path("surveys/<slug:public_id>/questions.json", build.export, name="survey_export"),
    path("surveys/<slug:public_id>/keep/", build.keep, name="survey_keep"),
    path("surveys/<slug:public_id>/", manage.survey, name="survey"),
    path("surveys/<slug:public_id>/results.csv", found.results_csv, name="survey_results_csv"),
    path("surveys/<slug:public_id>/answers.<slug:kind>", found.answers, name="survey_answers"),
    path("surveys/<slug:public_id>/answers-with-names/", found.answers_with_names, name="survey_names"),
    path("surveys/<slug:public_id>/plan/", inviting.plan, name="survey_plan"),
    path("surveys/<slug:public_id>/plan/switch/", inviting.switch, name="survey_plan_switch"),
    path("surveys/<slug:public_id>/plan/log/", inviting.log, name="survey_plan_log"),
    path("surveys/<slug:public_id>/plan/log.csv", inviting.log_csv, name="survey_plan_log_csv"),
    path("surveys/<slug:public_id>/asked/", inviting.asked, name="survey_asked"),
    path("surveys/<slug:public_id>/asked.csv", inviting.asked_csv, name="survey_asked_csv"),
    path("surveys/<slug:public_id>/invite/", manage.invite, name="survey_invite"),
    path("rewards/", codes.codes, name="reward_codes"),
    path("rewards/<slug:public_id>/", codes.code, name="reward"),
    path("rewards/<slug:public_id>/redeem/", codes.redeem, name="reward_redeem"),
    path("rewards/<slug:public_id>/take-back/", codes.take_back, name="reward_take_back"),
    path("rewards/<slug:public_id>/revoke/", codes.revoke, name="reward_revoke"),
    path("rewards/<slug:public_id>/give/", codes.give, name="reward_give"),
]
