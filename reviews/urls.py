from django.urls import path

from reviews import public, source_pages, uploads, views

urlpatterns = [
    path("reviews/", public.review_page, name="public_reviews"),
    path("reviews/import/", uploads.import_page, name="import_reviews"),
    path("setup/woocommerce/", source_pages.new_woocommerce, name="source_woocommerce"),
    path("setup/sources/<slug:slug>/", source_pages.source_page, name="source"),
    path("setup/sources/<slug:slug>/save/", source_pages.save, name="source_save"),
    path("setup/sources/<slug:slug>/test/", source_pages.test, name="source_test"),
    path("setup/sources/<slug:slug>/fetch/", source_pages.fetch, name="source_fetch"),
    path("replies/", views.reply_list, name="replies"),
    path("replies/<slug:public_id>/", views.reply_page, name="reply"),
    path("replies/<slug:public_id>/save/", views.save, name="reply_save"),
    path("replies/<slug:public_id>/approve/", views.approve, name="reply_approve"),
    path("replies/<slug:public_id>/reject/", views.reject, name="reply_reject"),
    path("replies/<slug:public_id>/take-back/", views.take_back, name="reply_take_back"),
    path("replies/<slug:public_id>/fact/", views.correct_fact, name="reply_fact"),
    path("replies/<slug:public_id>/draft-again/", views.draft_again, name="reply_draft_again"),
    path("replies/<slug:public_id>/lint/", views.lint, name="reply_lint"),
]
