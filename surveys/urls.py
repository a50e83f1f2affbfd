from django.urls import path

from surveys.views import answer, manage

urlpatterns = [
    path("s/<str:token>/", answer.answer, name="answer"),
    path("surveys/", manage.surveys, name="surveys"),
    path("surveys/<slug:public_id>/", manage.survey, name="survey"),
    path("surveys/<slug:public_id>/invite/", manage.invite, name="survey_invite"),
]
