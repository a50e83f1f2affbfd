from django.urls import path

from surveys.views import answer

urlpatterns = [
    path("s/<str:token>/", answer.answer, name="answer"),
]
