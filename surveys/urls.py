from django.urls import path

from surveys.views import answer, manage, picture

urlpatterns = [
    path("s/<str:token>/", answer.answer, name="answer"),
    path("surveys/pictures/<slug:name>", picture.picture, name="survey_picture"),
    path("surveys/", manage.surveys, name="surveys"),
    path("surveys/<slug:public_id>/", manage.survey, name="survey"),
    path("surveys/<slug:public_id>/invite/", manage.invite, name="survey_invite"),
]
