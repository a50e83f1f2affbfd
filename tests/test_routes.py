"""Who may open what: every address against every role. An address without a line here fails."""

import io
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from feedback import (
    api_access,
    calendar_feed,
    cases,
    comments,
    contact_imports,
    contacts,
    improvements,
    mail,
    message_plans,
    messages,
    order_imports,
    policies,
    shop,
    trials,
)
from feedback.front import digest as digest_of_week
from feedback.middleware import allowed_roles
from feedback.models import (
    Alert,
    ApiToken,
    Card,
    Case,
    Comment,
    DataLink,
    DataRequest,
    Decision,
    Delivery,
    Enclosure,
    Engine,
    Erasure,
    MailAddress,
    OrderSource,
    Override,
    OwnDay,
    PolicyTrial,
    Proposal,
    SavedView,
)
from feedback.policy.terms import Terms
from feedback.roles import DESK, EVERYONE, PUBLIC, REPORTS, Role
from feedback.tokens import digest
from reviews import drafting, intake
from reviews.models import Polling, Reply, Source
from reviews.records import ReviewRecord
from surveys import importing, invitations, publishing, responses, shared
from surveys.models import CouponShop, Entrance, Picture, Survey
from tests.factories import (
    a_shop,
    case,
    comment,
    concession,
    customer,
    defection,
    dispute,
    letter_sent,
    order,
    read_comment,
    user,
)

pytestmark = pytest.mark.django_db
ADMINISTRATOR = {Role.ADMINISTRATOR}
SET_UP = {Role.MANAGER, Role.ADMINISTRATOR}
SURVEYS = SET_UP | {Role.ADVOCATE}
ACT = {Role.STAFF, Role.APPROVER, Role.MANAGER}
EDIT = {Role.STAFF, Role.APPROVER}
HIDE = {Role.APPROVER, Role.MANAGER}
TILL = {Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR}
WHO_IS_ASKED = {Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR}
COUNTER = TILL | {Role.FRONT_LINE}
NOBODY: set[Role] = set()  # programs with a token only

# name: (method, who may)
TABLE = {
    "today": ("get", PUBLIC),
    "tell_us": ("post", PUBLIC),
    "tell_us_thanks": ("get", PUBLIC),
    "public_reviews": ("get", PUBLIC),
    "reviews_how": ("get", PUBLIC),
    "digest_stop": ("get", PUBLIC),
    "digest": ("get", DESK),
    "digest_switch": ("post", DESK),
    "answer": ("get", PUBLIC),
    "survey_picture": ("get", PUBLIC),
    "survey_shared": ("get", PUBLIC),
    **dict.fromkeys(
        ["survey_new", "survey_edit", "survey_question", "survey_publish", "survey_reward"], ("get", SET_UP)
    ),
    **dict.fromkeys(["survey_change", "survey_keep"], ("post", SET_UP)),
    **dict.fromkeys(["survey_export", "survey_try"], ("get", SURVEYS)),
    **dict.fromkeys(["public_plans", "public_plan"], ("get", SET_UP)),
    "public_plan_switch": ("post", SET_UP),
    "preferences": ("get", PUBLIC),
    **dict.fromkeys(["my_data_ask", "my_data_asked", "my_data", "my_data_erased"], ("get", PUBLIC)),
    **dict.fromkeys(["my_data_json", "my_data_zip", "my_data_erase"], ("get", PUBLIC)),
    **dict.fromkeys(
        [f"my_data_{act}" for act in ("correct", "email", "consent", "request")], ("post", PUBLIC)
    ),
    "own_data": ("get", EVERYONE),
    "retention": ("get", SET_UP),
    "own_data_note": ("post", WHO_IS_ASKED),
    "data_requests": ("get", WHO_IS_ASKED),
    **dict.fromkeys(["own_data_erase", "comment_erase", "data_request_settle"], ("post", SET_UP)),
    **dict.fromkeys(["own_data_json", "own_data_zip"], ("get", SET_UP)),
    **dict.fromkeys(["mail_hook", "inbound_hook", "sms_hook"], ("post", PUBLIC)),
    "healthz": ("get", PUBLIC),
    "login": ("get", PUBLIC),
    "logout": ("post", PUBLIC),
    "set_language": ("post", PUBLIC),
    "set_theme": ("post", PUBLIC),
    "api_root": ("get", PUBLIC),
    "api_schema": ("get", PUBLIC),
    **dict.fromkeys(["password_reset", "password_reset_done", "password_reset_complete"], ("get", PUBLIC)),
    "password_reset_confirm": ("get", PUBLIC),
    "password_change": ("get", EVERYONE),
    "password_change_done": ("get", EVERYONE),
    "customers": ("get", EVERYONE),
    "customer": ("get", EVERYONE),
    "customer_consent": ("post", COUNTER),
    "customer_address": ("post", COUNTER),
    "case_letter": ("get", EDIT),
    "customer_merge": ("get", SET_UP),
    "customer_part": ("post", SET_UP),
    **dict.fromkeys(["order_sources", "order_source", "deliveries", "delivery_redact"], ("get", SET_UP)),
    "order_source_save": ("post", ADMINISTRATOR),
    **dict.fromkeys(["order_source_pull", "deliveries_retry", "delivery_retry"], ("post", SET_UP)),
    "order_hook": ("post", PUBLIC),
    **dict.fromkeys(["cards", "card_paper", "card_sign"], ("get", COUNTER)),
    **dict.fromkeys(["card_book", "card_block", "card_issue"], ("post", COUNTER)),
    "card_percent": ("post", SET_UP),
    "customer_card": ("get", EVERYONE),
    **dict.fromkeys(["order_imports", "order_import", "order_import_refused"], ("get", SET_UP)),
    **dict.fromkeys([f"order_import_{act}" for act in ("columns", "take", "again")], ("post", SET_UP)),
    **dict.fromkeys(
        [
            "defections",
            "defections_csv",
            "defection_cohorts_csv",
            "defections_xlsx",
            "defection_cohorts_xlsx",
            "defection",
            "departed",
            "departed_csv",
            "departed_xlsx",
            "api_departed",
        ],
        ("get", DESK),
    ),
    "contact_new": ("get", ACT | {Role.FRONT_LINE}),
    "contact_take_back": ("post", ACT | {Role.FRONT_LINE}),
    **dict.fromkeys(["staffed_hours", "contact_imports", "contact_import"], ("get", SET_UP)),
    "contact_import_faults": ("get", SET_UP),
    **dict.fromkeys([f"contact_import_{act}" for act in ("columns", "take")], ("post", SET_UP)),
    **dict.fromkeys(["hours", "hours_csv", "hours_xlsx"], ("get", DESK)),
    **dict.fromkeys([f"defection_rule_people{kind}" for kind in ("", "_csv", "_xlsx")], ("get", SET_UP)),
    **dict.fromkeys([f"defection_rule_past{kind}" for kind in ("", "_csv", "_xlsx")], ("get", SET_UP)),
    **dict.fromkeys(["defection_rule", "defection_rule_csv", "defection_rule_xlsx"], ("get", SET_UP)),
    "defection_rule_keep": ("post", SET_UP),
    "defection_contact": ("post", ACT),
    "defection_interview": ("get", ACT),
    "defection_interview_keep": ("post", ACT),
    "defection_answer": ("post", {Role.MANAGER}),
    "defections_withdraw": ("post", {Role.MANAGER}),
    "cases": ("get", EVERYONE),
    "case": ("get", EVERYONE),
    "case_fact": ("post", ACT),
    "case_customer": ("post", ACT),
    "case_move": ("post", ACT | {Role.FRONT_LINE}),
    **dict.fromkeys(["day", "board", "my_calendar"], ("get", EVERYONE)),
    **dict.fromkeys(["case_rate", "case_ask"], ("post", ACT | {Role.FRONT_LINE})),
    "solved": ("get", PUBLIC),
    "work_plan": ("get", DESK),
    "improvement_move": ("post", ACT | {Role.ADVOCATE}),
    "calendar_close": ("post", EVERYONE),
    "calendar_feed": ("get", PUBLIC),
    **dict.fromkeys(["case_new", "case_noted"], ("get", ACT | {Role.FRONT_LINE})),
    **dict.fromkeys(["case_owner", "case_take"], ("post", ACT | {Role.FRONT_LINE})),
    **dict.fromkeys(["case_severity", "case_join", "case_step"], ("post", ACT)),
    **dict.fromkeys(["case_archetype", "case_verdict", "case_worth"], ("post", ACT)),
    "case_settle": ("post", ACT | {Role.FRONT_LINE}),
    "case_our_side": ("post", ACT | {Role.FRONT_LINE}),
    "case_contact": ("post", {Role.APPROVER, Role.MANAGER}),
    "case_watch": ("post", EVERYONE),
    "case_enclosure": ("get", EVERYONE),
    "case_override": ("post", {Role.APPROVER, Role.MANAGER}),
    **dict.fromkeys(["message_save", "message_again", "message_approve"], ("post", EDIT)),
    **dict.fromkeys(["message_sent", "message_discard", "message_lint"], ("post", EDIT)),
    **dict.fromkeys(["promises", "promise"], ("get", EVERYONE)),
    **dict.fromkeys(
        ["promise_answered", "promise_not_reached", "promise_ask", "promise_withdrawn"],
        ("post", ACT | {Role.FRONT_LINE}),
    ),
    "promise_answer": ("get", PUBLIC),
    **dict.fromkeys(["promises_kept", "promises_kept_csv", "promises_kept_xlsx"], ("get", REPORTS)),
    "disputes": ("get", DESK),
    "dispute": ("get", DESK),
    **dict.fromkeys(["dispute_note", "dispute_evidence", "dispute_close"], ("post", ACT)),
    **dict.fromkeys(["concessions", "concessions_csv", "concessions_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(["divergence", "divergence_csv", "divergence_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(
        ["silence", "silence_csv", "silence_xlsx", "stopped_csv", "stopped_xlsx"], ("get", REPORTS)
    ),
    **dict.fromkeys(["service", "service_csv", "service_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(
        [
            f"{of}{kind}"
            for of in ("silence_people", "service_people", "service_cases", "tenure_people")
            for kind in ("", "_csv", "_xlsx")
        ],
        ("get", REPORTS),
    ),
    "api_service_cases": ("get", REPORTS),
    **dict.fromkeys(["api_silence_people", "api_service_people", "api_tenure_people"], ("get", REPORTS)),
    "trends": ("get", DESK),
    "expected": ("get", EVERYONE),
    **dict.fromkeys(["leaving", "leaving_csv", "leaving_xlsx", "fit"], ("get", REPORTS)),
    **dict.fromkeys(
        ["leaving_people", "leaving_people_csv", "leaving_people_xlsx", "api_leaving_people"],
        ("get", REPORTS),
    ),
    "leaving_target": ("post", {Role.MANAGER}),
    **dict.fromkeys(["investment", "investment_csv", "investment_xlsx"], ("get", REPORTS)),
    "investment_decide": ("post", {Role.MANAGER}),
    **dict.fromkeys(["expected_csv", "expected_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(["tenure", "tenure_csv", "tenure_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(["impact", "impact_csv", "impact_xlsx", "api_impact"], ("get", REPORTS)),
    **dict.fromkeys(
        ["missed", "missed_csv", "missed_xlsx", "proposal", "api_missed_themes"], ("get", REPORTS)
    ),
    **dict.fromkeys(["proposal_accept", "proposal_merge", "proposal_ignore"], ("post", SET_UP)),
    **dict.fromkeys(
        ["trends_csv", "trends_xlsx", "alerts", "alerts_csv", "alerts_xlsx", "api_alerts"], ("get", DESK)
    ),
    "alert_act": ("post", ACT),
    **dict.fromkeys(["trends_count", "trends_view_save", "trends_view_remove"], ("post", DESK)),
    "comments": ("get", DESK),
    **dict.fromkeys(["comments_export", "api_comments"], ("get", REPORTS)),
    "comment": ("get", DESK),
    "comment_correct": ("post", ACT),
    "comment_withdraw": ("post", ACT),
    "practice": ("get", EVERYONE),
    "practice_page": ("get", EVERYONE),
    "practice_lint": ("post", EVERYONE),
    "replies": ("get", DESK),
    "reply": ("get", DESK),
    "reply_save": ("post", EDIT),
    "reply_approve": ("post", EDIT),
    "reply_reject": ("post", EDIT),
    "reply_take_back": ("post", EDIT),
    "reply_fact": ("post", EDIT),
    "reply_draft_again": ("post", EDIT),
    "reply_lint": ("post", EDIT),
    "reply_ask": ("post", EDIT),
    "reply_hand_up": ("post", EDIT),
    "reply_answer": ("post", ACT),
    "reply_stop_asking": ("post", EDIT),
    "reply_evidence": ("get", ACT),
    "reply_list_keep": ("post", DESK),
    "reply_list_drop": ("post", DESK),
    "reply_groups": ("get", EDIT),
    "reply_batch": ("get", EDIT),
    **dict.fromkeys(
        ["hidden_reviews", "suppression", "suppression_csv", "suppression_xlsx", "api_hidden"], ("get", DESK)
    ),
    "review_hide": ("post", HIDE),
    "review_show": ("post", HIDE),
    "import_reviews": ("get", SET_UP),
    "source": ("get", SET_UP),
    "source_woocommerce": ("get", ADMINISTRATOR),
    "source_save": ("post", ADMINISTRATOR),
    **dict.fromkeys(["source_test", "source_fetch"], ("post", SET_UP)),
    "surveys": ("get", SURVEYS),
    "survey": ("get", SURVEYS),
    "survey_invite": ("post", SET_UP),
    "survey_results_csv": ("get", SURVEYS),
    "survey_results_xlsx": ("get", SURVEYS),
    "api_survey_results": ("get", SURVEYS),
    "survey_answers": ("get", SURVEYS),
    "survey_names": ("post", {Role.MANAGER}),
    "survey_plan": ("get", SET_UP),
    "survey_plan_switch": ("post", SET_UP),
    **dict.fromkeys(["survey_plan_log", "survey_plan_log_csv"], ("get", SURVEYS)),
    **dict.fromkeys(["survey_asked", "survey_asked_csv"], ("get", SURVEYS)),
    "mail_hours": ("get", SET_UP),
    **dict.fromkeys(["survey_ways", "survey_sign", "tell_us_sign"], ("get", SET_UP)),
    **dict.fromkeys(["survey_links", "survey_shut"], ("post", SET_UP)),
    **dict.fromkeys(["entrance", "kiosk", "kiosk_ask", "survey_frame"], ("get", PUBLIC)),
    "answer_imports": ("get", SET_UP),
    **dict.fromkeys(["answer_import", "answer_import_faults"], ("get", SET_UP)),
    **dict.fromkeys(["answer_import_columns", "answer_import_take"], ("post", SET_UP)),
    **dict.fromkeys(
        ["reward_costs", "reward_costs_csv", "reward_costs_xlsx", "api_reward_costs"], ("get", REPORTS)
    ),
    **dict.fromkeys(["recovery", "recovery_csv", "recovery_xlsx"], ("get", REPORTS)),
    **dict.fromkeys([f"recovery_people{kind}" for kind in ("", "_csv", "_xlsx")], ("get", REPORTS)),
    "api_recovery_people": ("get", REPORTS),
    **dict.fromkeys([f"recovery_elsewhere{kind}" for kind in ("", "_csv", "_xlsx")], ("get", REPORTS)),
    "api_recovery_elsewhere": ("get", REPORTS),
    **dict.fromkeys(["clocks_kept", "clocks_kept_csv", "clocks_kept_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(["decisions", "decisions_csv", "decisions_xlsx", "api_decisions"], ("get", DESK)),
    **dict.fromkeys(["wishes", "wishes_csv", "wishes_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(["causes", "causes_csv", "causes_xlsx"], ("get", REPORTS)),
    **dict.fromkeys(
        ["consistency", "consistency_csv", "consistency_xlsx", "api_consistency"], ("get", REPORTS)
    ),
    **dict.fromkeys(["touchpoints", "touchpoints_csv", "touchpoints_xlsx", "api_touchpoints"], ("get", DESK)),
    **dict.fromkeys(["voices", "voices_csv", "voices_xlsx"], ("get", REPORTS)),
    **dict.fromkeys([f"voices_people{kind}" for kind in ("", "_csv", "_xlsx")], ("get", REPORTS)),
    "api_voices_people": ("get", REPORTS),
    **dict.fromkeys(["coupon_shops", "coupon_shop"], ("get", SET_UP)),
    **dict.fromkeys(
        [f"coupon_shop_{act}" for act in ("save", "test", "again", "disconnect", "connect")], ("post", SET_UP)
    ),
    "reward_codes": ("get", COUNTER),
    "reward": ("get", COUNTER),
    "reward_redeem": ("post", COUNTER),
    **dict.fromkeys(["reward_take_back", "reward_revoke", "reward_give"], ("post", SET_UP)),
    "jobs": ("get", SET_UP),
    "job_try_again": ("post", SET_UP),
    "setup": ("get", SET_UP),
    "working_days": ("get", SET_UP),
    "clock_times": ("get", SET_UP),
    "own_day_add": ("post", SET_UP),
    "own_day_remove": ("post", SET_UP),
    "setup_shop": ("get", ADMINISTRATOR),
    "setup_sources": ("get", ADMINISTRATOR),
    "setup_survey": ("get", ADMINISTRATOR),
    "setup_done": ("get", ADMINISTRATOR),
    "reader": ("get", SET_UP),
    "reader_train": ("post", SET_UP),
    "reader_activate": ("post", SET_UP),
    "reader_shipped": ("post", SET_UP),
    "reader_anew": ("post", SET_UP),
    "reader_corrections": ("post", SET_UP),
    "themes": ("get", SET_UP),
    "theme": ("get", SET_UP),
    "theme_merge": ("post", SET_UP),
    "theme_part": ("post", SET_UP),
    **dict.fromkeys(["policies", "policy", "policy_file", "policy_replay_csv"], ("get", EVERYONE)),
    **dict.fromkeys(["thresholds", "thresholds_csv", "thresholds_xlsx", "api_thresholds"], ("get", EVERYONE)),
    **dict.fromkeys([f"threshold_helped{kind}" for kind in ("", "_csv", "_xlsx")], ("get", EVERYONE)),
    "api_threshold_helped": ("get", EVERYONE),
    **dict.fromkeys([f"threshold_cases{kind}" for kind in ("", "_csv", "_xlsx")], ("get", EVERYONE)),
    "api_threshold_cases": ("get", EVERYONE),
    **dict.fromkeys(["api_defection_rule_people", "api_defection_rule_past"], ("get", SET_UP)),
    **dict.fromkeys(["valued", "valued_csv", "valued_xlsx", "api_valued"], ("get", EVERYONE)),
    "policy_new": ("get", {Role.MANAGER}),
    "policy_upload": ("post", {Role.MANAGER}),
    "policy_speak": ("post", {Role.ADVOCATE}),
    "policy_try": ("post", {Role.MANAGER, Role.ADVOCATE}),
    "policy_adopt": ("post", {Role.MANAGER}),
    "policy_withdraw": ("post", {Role.MANAGER}),
    "tokens": ("get", ADMINISTRATOR),
    "token_revoke": ("post", ADMINISTRATOR),
    "api_orders": ("post", NOBODY),
    "api_disputes": ("post", NOBODY),
    "api_dispute": ("patch", NOBODY),
    "api_reviews": ("post", NOBODY),
    "api_answers": ("get", NOBODY),
    "api_rewards_check": ("post", TILL),
    "api_rewards_redeem": ("post", TILL),
    "api_theme_trends": ("get", DESK),
    "api_policy": ("get", EVERYONE),
    "api_recovery": ("get", REPORTS),
    "api_service": ("get", REPORTS),
    **dict.fromkeys(
        [f"api_{name}" for name in ("silence", "leaving", "investment", "expected", "tenure")]
        + ["api_definition_tried"],
        ("get", REPORTS),
    ),
    **dict.fromkeys(
        [f"api_{name}" for name in ("wishes", "causes", "clocks_kept", "promises_kept")], ("get", REPORTS)
    ),
    **dict.fromkeys(["api_concessions", "api_divergence"], ("get", REPORTS)),
    **dict.fromkeys(["api_contacts", "api_staffed_hours"], ("post", NOBODY)),
    "api_contact_hours": ("get", DESK),
    "api_defections": ("get", DESK),
    "api_voices": ("get", REPORTS),
}


def routes(patterns=None):
    """Every named address outside Django's admin, which asks for itself (tests/feedback/test_admin.py)."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.namespace != "admin":
            yield from routes(pattern.url_patterns)


def test_every_address_has_a_line_and_every_line_an_address():
    assert sorted(pattern.name or str(pattern.pattern) for pattern in routes()) == sorted(TABLE)


def test_every_view_names_its_roles():
    """The middleware refuses a view that names none; this tells before it does."""
    assert not [pattern.name for pattern in routes() if allowed_roles(pattern.callback) is None]


def own_data(lan, complaint, now):
    token = "0" * 26
    DataLink.objects.create(
        customer=lan, digest=digest(token), made_at=now, expires_at=now + timedelta(days=1)
    )
    asked = DataRequest.objects.create(customer=lan, words="Sai số nhà.", asked_at=now)
    running = Erasure.objects.create(
        customer=customer("Minh"), how="page", asked_at=now, stage="finished", finished_at=now
    )
    pages = [
        name for name in TABLE if name.startswith("my_data") and name not in ("my_data_ask", "my_data_asked")
    ]
    return {
        **dict.fromkeys(pages, (token,)),
        "my_data_erased": (running.public_id,),
        **dict.fromkeys([name for name in TABLE if name.startswith("own_data")], (lan.public_id,)),
        "comment_erase": (complaint.public_id,),
        "data_request_settle": (asked.public_id,),
    }


def a_coupon_shop(now):
    return CouponShop.objects.create(
        slug="gom", name="Gốm", kind="shopify", base_url="https://gom.example", currency="VND", since=now
    )


def an_improvement(now):
    boss, day = user("manager", "Huy"), now.date()
    return improvements.plan(
        action="Foam", owner=boss, due_on=day, measure_on=day + timedelta(days=30), cause="process",
        problem="damaged", by=boss, now=now,
    )  # fmt: skip


def a_picture(now):
    return Picture.objects.create(name="bowl", media_type="image/png", content=b"", uploaded_at=now)


def a_delivery(now):
    web = OrderSource.objects.create(slug="web", name="Web", kind="shopify", store="web", made_at=now)
    return Delivery.objects.create(
        source=web, topic="shop/redact", digest="0", body=b"{}", received_at=now, state="asks"
    )


def a_file(now):
    file = io.BytesIO(b"number,date,total\n1,2026-01-01,9\n")
    return order_imports.begin(file, file_name="o.csv", by=None, now=now).public_id


def an_import(now):
    kept = {"file_name": "x.csv", "name": "Old", "scale": "scale_10", "why": "invited"}
    content = b"id,score,date\nr1,9,2026-01-01\n"
    return importing.begin(content, by=user(), now=now, **kept).public_id


def a_file_of_contacts(now):
    return contact_imports.begin(
        b"time,reason\n2026-01-01,x\n", file_name="c.csv", by=None, now=now
    ).public_id


def a_contact(now):
    told = contacts.Told(at=now, channel="phone", reason="delivery")
    return contacts.note(told, by=user()).public_id


PAGES_OF_A_SURVEY = (
    "invite edit change try publish export keep results_csv results_xlsx names asked asked_csv"
)
PAGES_OF_A_PLAN = "plan plan_switch plan_log plan_log_csv ways links"
OF_A_SURVEY = [f"survey_{page}" for page in f"{PAGES_OF_A_SURVEY} {PAGES_OF_A_PLAN}".split()]
OF_A_SURVEY += ["api_survey_results"]


@pytest.fixture
def world(settings):
    """One of everything: the arguments of each address that takes some."""
    settings.MAIL_HOOKS, settings.INBOUND_ADDRESS = ["mailgun"], "answers@gom.example"
    settings.SMS_HOOK_SECRET = "whsec_" + "c2VjcmV0" * 4
    a_shop()
    now = timezone.now()
    lan = customer("Lan")
    complaint = read_comment("Ấm bị vỡ khi mở hộp.", channel="form", customer=lan)
    opened = case(complaint)
    cases.decide_many([complaint], now, cases={complaint.pk: opened})
    enclosed = Enclosure.objects.create(comment=complaint, content=b"jpeg", taken_at=now)
    Case.objects.filter(pk=opened.pk).update(satisfaction_digest=digest("1" * 26))
    stuck, told = comment(), a_delivery(now)
    Card.objects.create(customer=lan, number="100000000008", issued_at=now)
    Comment.objects.filter(pk=stuck.pk).update(failed_at=now, failure="read comments: KeyError")
    survey = publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - timedelta(days=1)
    )
    invitation = invitations.invite(survey, order=order(lan), as_link=True, now=now)
    rewarded = responses.submit(
        invitation, {"problem": "none", "expectation": "above", "recommend": "9"}, language="vi", now=now
    )
    address = mail.preferences_token("lan@example.com")
    free = Survey.objects.create(slug="free", name="Free", made_at=now)
    way = Entrance.objects.create(
        survey=free, kind="frame", name="Page", site="https://shop.example", made_at=now
    )
    tablet = Entrance.objects.create(survey=free, kind="kiosk", name="Counter", made_at=now)
    MailAddress.objects.create(email="lan@example.com", token_digest=digest(address))
    api_access.issue("Web shop", ["orders"], by=None)
    reply = (a_reply().public_id,)
    web_shop = Source.objects.create(slug="gom", name="Gốm", kind="woocommerce")
    Polling.objects.create(source=web_shop, base_url="https://gom.example")
    version = (policies.live(now).version,)
    PolicyTrial.objects.create(
        policy=policies.live(now), kind="backtest", months=1, asked_at=now, finished_at=now,
        result=trials.backtest(Terms.shipped(), 1, now),
    )  # fmt: skip
    disputed = dispute(order(lan), currency="VND")
    promised = opened.promises.create(
        what="call", by_when=now.date(), call_back_on=now.date() + timedelta(days=1), made_at=now,
        link_digest=digest("0" * 26),
    )  # fmt: skip
    messages.edit(opened, Decision.objects.get(case=opened), "…", message_plans.Plan(), by=user(), edition=0)
    posted = letter_sent(opened)
    return {
        **dict.fromkeys(["source", "source_save", "source_test", "source_fetch"], ("gom",)),
        **dict.fromkeys(["public_plan", "public_plan_switch"], ("gom",)),
        **dict.fromkeys([name for name in TABLE if name.startswith("message_")], (opened.public_id,)),
        "case_override": (opened.public_id,),
        **dict.fromkeys(
            ["promise", "promise_answered", "promise_not_reached", "promise_ask", "promise_withdrawn"],
            (promised.pk,),
        ),
        "promise_answer": ["0" * 26],
        "solved": ["1" * 26],
        "improvement_move": [an_improvement(now).public_id],
        "calendar_feed": [calendar_feed.make(user(), now)],
        **dict.fromkeys(
            [f"defection{part}" for part in ("", "_contact", "_answer", "_interview", "_interview_keep")],
            (defection().public_id,),
        ),
        **dict.fromkeys(["dispute", "dispute_evidence", "dispute_close"], (disputed.pk,)),
        "api_dispute": (disputed.external_id,),
        **dict.fromkeys(
            ["customer", "customer_address", "customer_consent", "customer_merge", "customer_part"],
            (lan.public_id,),
        ),
        **own_data(lan, complaint, now),
        **dict.fromkeys([name for name in TABLE if name.startswith("case_")], (opened.public_id,)),
        "case": (opened.public_id,),
        "case_new": (),
        "case_enclosure": (opened.public_id, enclosed.public_id),
        "case_letter": (opened.public_id, posted.public_id),
        **dict.fromkeys([name for name in TABLE if name.startswith("reply")], reply),
        **dict.fromkeys(["practice_page", "practice_lint"], ("cracked-cup",)),
        **dict.fromkeys(["reply_groups", "reply_list_keep"], ()),
        "reply_list_drop": [1],
        "reply_batch": ["0" * 64, "vi"],
        **dict.fromkeys(["review_hide", "review_show"], (Reply.objects.get().review.public_id,)),
        **dict.fromkeys(["comment", "comment_correct", "comment_withdraw"], (complaint.public_id,)),
        **dict.fromkeys(["survey", "api_answers", *OF_A_SURVEY], (survey.public_id,)),
        "survey_question": [survey.public_id, "problem"],
        "survey_shared": [shared.sign(survey)],
        "survey_reward": [survey.public_id],
        "survey_answers": [survey.public_id, "csv"],
        **dict.fromkeys([name for name in TABLE if name.startswith("reward")], (rewarded.public_id,)),
        **dict.fromkeys([name for name in TABLE if name.startswith("coupon_shop_")], ("gom",)),
        "coupon_shop": [a_coupon_shop(now).slug],
        **dict.fromkeys(["reward_codes", "reward_costs", "reward_costs_csv", "reward_costs_xlsx"], ()),
        **dict.fromkeys([name for name in TABLE if name.startswith("answer_import_")], (an_import(now),)),
        "answer_import": [an_import(now)],
        "order_import": [a_file(now)],
        **dict.fromkeys([name for name in TABLE if name.startswith("order_import_")], (a_file(now),)),
        "contact_import": [a_file_of_contacts(now)],
        **dict.fromkeys(
            [name for name in TABLE if name.startswith("contact_import_")], (a_file_of_contacts(now),)
        ),
        "contact_take_back": [a_contact(now)],
        **dict.fromkeys(["card_paper", "card_sign", "card_book", "card_block"], ("100000000008",)),
        **dict.fromkeys(["customer_card", "card_issue"], (lan.public_id,)),
        **dict.fromkeys(["order_source", "order_source_save", "order_source_pull", "order_hook"], ("web",)),
        "delivery_redact": [told.pk],
        "delivery_retry": [told.pk],
        **dict.fromkeys(["theme", "theme_merge", "theme_part"], ("courier",)),
        **dict.fromkeys([name for name in TABLE if name.startswith("policy")], version),
        **dict.fromkeys(["policy_new", "policy_upload"], ()),
        "reader_activate": [Engine.objects.create(asked_at=now, state="refused").pk],
        "password_reset_confirm": ["MQ", "no-such-token"],
        "answer": [invitations.mint(invitation)],
        "preferences": [address],
        "digest_stop": [a_weekly_letter(now)],
        **dict.fromkeys(["entrance", "survey_shut", "survey_frame"], (way.public_id,)),
        **dict.fromkeys(["kiosk", "kiosk_ask"], (tablet.public_id,)),
        "survey_sign": [way.public_id, "svg"],
        "tell_us_sign": ["svg"],
        **dict.fromkeys(["mail_hook", "inbound_hook"], ("mailgun",)),
        "job_try_again": ["feedback.comment", stuck.pk],
        "token_revoke": [ApiToken.objects.get().pk],
        "survey_picture": [a_picture(now).name],
        "comments_export": ["csv"],
        "alert_act": [an_alert(now).public_id],
        **dict.fromkeys([name for name in TABLE if name.startswith("proposal")], (a_proposal(now),)),
        "trends_view_remove": [a_saved_view(now).public_id],
        "own_day_remove": [OwnDay.objects.create(day=now.date()).pk],
    }


def a_weekly_letter(now):
    reader = user("manager", "Reader")
    digest_of_week.switch(reader, on=True, now=now)
    return digest_of_week.token_of(reader)


def an_alert(now):
    figures = {"seen": 9, "expected": 3, "ratio": 3, "low": 2, "high": 4, "chance": 0.001}
    days = dict.fromkeys(["since", "found_on", "last_found_on"], now.date())
    return Alert.objects.create(kind="rise", theme="courier", **figures, **days)


def a_proposal(now):
    figures = {"people": 6, "before": 1, "lately": 5, "first_found_at": now, "found_at": now}
    return Proposal.objects.create(language="en", key="workshop", name="workshop", **figures).public_id


def a_saved_view(now):
    return SavedView.objects.create(owner=user(), name="Ours", query={}, is_shared=True, made_at=now)


def a_reply():
    return replies(1)[0]


def replies(count):
    """Reviews taken in, read and answered, as the jobs do it."""
    source, _new = Source.objects.get_or_create(slug="own", kind="own", defaults={"name": "Our page"})
    said_at, known = timezone.now() - timedelta(days=2), Reply.objects.count()
    records = [
        ReviewRecord(external_id=f"r{n}", text=f"Ấm bị vỡ khi mở hộp, lần {n}.", stars=2, said_at=said_at)
        for n in range(known, known + count)
    ]
    intake.receive_many(source, records)
    comments.read_all()
    drafting.answer_all()
    return list(Reply.objects.order_by("pk"))


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", TABLE)
def test_it_opens_to_its_roles_and_to_nobody_else(client, world, name):
    method, allowed = TABLE[name]
    url = reverse(name, args=world.get(name, []))
    people = {role: user(role) for role in Role} | {None: None}

    for role, person in people.items():
        with undone():
            client.logout()
            if person:
                client.force_login(person)
            answer = getattr(client, method)(url)
        opened = is_open(answer) or (
            name in ("order_hook", "sms_hook") and answer.status_code == 401
        )  # not signed
        assert opened == (allowed == PUBLIC or role in allowed), (name, role, answer.status_code)


def is_open(answer):
    assert answer.status_code not in (404, 405), answer.request
    assert answer.status_code < 500, answer.request
    to_login = answer.status_code == 302 and answer.url.startswith("/login/?next=")
    return not to_login and answer.status_code not in (401, 403)


@pytest.mark.parametrize("name", [name for name, (method, _who) in TABLE.items() if method == "post"])
def test_what_changes_something_takes_a_post(client, world, name):
    """A GET never writes: mail scanners and browsers' look-ahead follow links."""
    person = user(next(iter(TABLE[name][1] - PUBLIC), Role.ADMINISTRATOR))
    client.force_login(person)

    answer = client.get(reverse(name, args=world.get(name, [])))

    assert answer.status_code == (200 if name == "tell_us" else 405) or name.startswith("api_")


_OTHER_IDS = (
    "api_answers",
    *("promise", "promise_answered", "promise_not_reached", "promise_ask", "promise_withdrawn"),
    *(name for name in TABLE if name.startswith("policy_")),
    "calendar_feed",
    "case_enclosure",
    "case_letter",
    "case_new",
    "delivery_redact",
    "delivery_retry",
    "dispute",
    "dispute_evidence",
    "dispute_close",
    "api_dispute",
    "job_try_again",
    "own_day_remove",
    "password_reset_confirm",
    "policy",
    "reader_activate",
    "reply_batch",
    "reply_groups",
    "reply_list_drop",
    "reply_list_keep",
    "reward_codes",
    "reward_costs",
    "reward_costs_csv",
    "reward_costs_xlsx",
    "survey_answers",
    "survey_picture",
    "survey_question",
    "survey_sign",
    "tell_us_sign",
    "token_revoke",
)


@pytest.mark.parametrize("name", [name for name in TABLE if name not in _OTHER_IDS])
def test_an_id_that_cannot_be_is_not_found(client, world, name):
    if name not in world:
        return
    method, allowed = TABLE[name]
    client.force_login(user(next(iter(set(allowed) - PUBLIC), Role.ADMINISTRATOR)))
    url = reverse(name, args=["Q"])

    for public_id in ("%00", "%F0%9F%8D%B5", "x" * 400, "..%2F", "'--"):
        assert getattr(client, method)(url.replace("/Q/", f"/{public_id}/")).status_code in (404, 410)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/cases/",
        "/day/",
        "/board/",
        "/customers/",
        "/comments/",
        "/trends/",
        "/replies/",
        "/reviews/",
        "/surveys/",
        "/jobs/",
        "/policy/",
        "/policy/thresholds/",
        "/policy/decisions/",
        "/setup/themes/",
        "/disputes/",
        "/reports/clocks/",
        "/reports/causes/",
        "/reports/wishes/",
        "/reports/concessions/",
        "/reports/divergence/",
        "/reports/rewards/",
        "/reports/recovery/",
        "/reports/recovery/customers/?cohort=not_resolved",
        "/reports/touchpoints/",
        "/reports/consistency/",
        "/reports/silence/",
        "/reports/voices/customers/?who=all",
        "/rewards/",
        "/surveys/imports/",
    ],
)
def test_a_longer_list_asks_no_more(client, world, address):
    client.force_login(user("manager"))
    grow(3)
    few = asked(client, address)
    grow(30)

    many = asked(client, address)

    assert len(many) <= len(few), [query["sql"][:120] for query in many]


def grow(count):
    for _ in range(count):
        buyer = customer()
        said = read_comment(channel="form", customer=buyer, order=order(buyer), said_at=timezone.now())
        about = case(said)
        decision = cases.decide_many([said], timezone.now(), cases={said.pk: about})[said.pk]
        concession(about, decision=decision, by=user(), booked_at=timezone.now())
        Override.objects.create(
            case=about, decision=decision, direction="more", remedy="credit", reason="kind", role="manager",
            by=user(), cost=1, at=timezone.now(),
        )  # fmt: skip
        dispute(said.order)
        stuck = comment()
        Comment.objects.filter(pk=stuck.pk).update(failed_at=timezone.now(), failure="x: y")
    replies(count)


def asked(client, address):
    client.get(address)
    shop.forget()  # it is kept for some seconds: they must not end in between
    shop.current(), shop.calendar()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return list(queries)
