from django.urls import path

from feedback.views import account, cases, comment, comments, health, preferences, themes, tokens, trends

urlpatterns = [
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("account/password/", account.password_change, name="password_change"),
    path("account/password/done/", account.password_change_done, name="password_change_done"),
    path("language/", account.set_language, name="set_language"),
    path("theme/", account.set_theme, name="set_theme"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<slug:public_id>/", cases.case_page, name="case"),
    path("cases/<slug:public_id>/facts/", cases.correct_fact, name="case_fact"),
    path("cases/<slug:public_id>/state/", cases.move, name="case_move"),
    path("comments/", comments.comments, name="comments"),
    path("comments/<slug:public_id>/", comment.comment_page, name="comment"),
    path("comments/<slug:public_id>/correct/", comment.correct, name="comment_correct"),
    path("comments/<slug:public_id>/withdraw/", comment.withdraw, name="comment_withdraw"),
    path("trends/", trends.page, name="trends"),
    path("trends/themes.csv", trends.themes_csv, name="trends_csv"),
    path("setup/themes/", themes.theme_list, name="themes"),
    path("setup/themes/<slug:slug>/", themes.theme_page, name="theme"),
    path("setup/themes/<slug:slug>/merge/", themes.merge, name="theme_merge"),
    path("setup/themes/<slug:slug>/part/", themes.part, name="theme_part"),
    path("setup/tokens/", tokens.tokens, name="tokens"),
    path("setup/tokens/<int:pk>/revoke/", tokens.revoke_token, name="token_revoke"),
    path("u/<str:token>/", preferences.preferences, name="preferences"),
    path("healthz", health.healthz, name="healthz"),
]
