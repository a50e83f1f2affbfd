from django.urls import path

from reviews import public, source_pages, uploads
from reviews.views import acts, asking, batch, evidence, hiding, holds, queue, reply

urlpatterns = [
    path("reviews/", public.review_page, name="public_reviews"),
    path("reviews/import/", uploads.import_page, name="import_reviews"),
    path("setup/asking/", asking.places, name="public_plans"),
    path("setup/asking/<slug:slug>/", asking.plan, name="public_plan"),
    path("setup/asking/<slug:slug>/switch/", asking.switch, name="public_plan_switch"),
    path("setup/woocommerce/", source_pages.new_woocommerce, name="source_woocommerce"),
    path("setup/sources/<slug:slug>/", source_pages.source_page, name="source"),
    path("setup/sources/<slug:slug>/save/", source_pages.save, name="source_save"),
    path("setup/sources/<slug:slug>/test/", source_pages.test, name="source_test"),
    path("setup/sources/<slug:slug>/fetch/", source_pages.fetch, name="source_fetch"),
    path("reviews/hidden/", hiding.hidden_reviews, name="hidden_reviews"),
    path("reviews/<slug:public_id>/hide/", hiding.hide, name="review_hide"),
    path("reviews/<slug:public_id>/show/", hiding.show, name="review_show"),
    path("replies/", queue.reply_list, name="replies"),
    path("replies/lists/", queue.keep_list, name="reply_list_keep"),
    path("replies/lists/<int:pk>/drop/", queue.drop_list, name="reply_list_drop"),
    path("replies/alike/", batch.groups, name="reply_groups"),
    path("replies/alike/<slug:digest>/<slug:language>/", batch.batch, name="reply_batch"),
    path("replies/<slug:public_id>/", reply.reply_page, name="reply"),
    path("replies/<slug:public_id>/save/", acts.save, name="reply_save"),
    path("replies/<slug:public_id>/approve/", acts.approve, name="reply_approve"),
    path("replies/<slug:public_id>/reject/", acts.reject, name="reply_reject"),
    path("replies/<slug:public_id>/take-back/", acts.take_back, name="reply_take_back"),
    path("replies/<slug:public_id>/fact/", acts.correct_fact, name="reply_fact"),
    path("replies/<slug:public_id>/draft-again/", acts.draft_again, name="reply_draft_again"),
    path("replies/<slug:public_id>/lint/", reply.lint, name="reply_lint"),
    path("replies/<slug:public_id>/ask/", holds.ask, name="reply_ask"),
    path("replies/<slug:public_id>/hand-up/", holds.hand_up, name="reply_hand_up"),
    path("replies/<slug:public_id>/answer/", holds.answer, name="reply_answer"),
    path("replies/<slug:public_id>/stop-asking/", holds.take_back, name="reply_stop_asking"),
    path("replies/<slug:public_id>/evidence/", evidence.evidence_page, name="reply_evidence"),
]
