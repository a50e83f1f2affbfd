from django.urls import path

from bare import views

urlpatterns = [path("", views.ask, name="ask"), path("thanks/", views.thanks, name="thanks")]
