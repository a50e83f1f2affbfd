"""The builder in the browser's place: start, change, look, try, publish, copy, put away, take along."""

import html
import json
import re
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from feedback.models import Location
from surveys import building, publishing
from surveys.models import Response, Survey, SurveyVersion
from surveys.questions import Kind
from tests.factories import user
from tests.surveys.test_answers import EVERY_KIND
from tests.surveys.test_logic import one, when

pytestmark = pytest.mark.django_db
WORDS = {"words-vi": "Giao có đúng hẹn không?", "words-en": "Did it come in time?"}
LOOP = one("a", show_if=when({"question": "a", "answered": True}))


@pytest.fixture
def manager(client, the_shop):
    client.force_login(user("manager", "Huy"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def begun(the_shop, now):
    first = one("a", words={"vi": "Một", "en": "One"})
    return building.start("Giao hàng", {"title": {}, "questions": [first]}, now=now)


def at(survey, page="edit/"):
    return f"/surveys/{survey.public_id}/{page}"


def edition_of(survey):
    return building.under_work(survey).edition


def questions(survey):
    return building.under_work(survey).definition["questions"]


def save(survey, *asked, title=None):
    version = building.under_work(survey)
    building.save(version, {"title": title or {}, "questions": list(asked)}, edition=version.edition)


def change(client, survey, act, **sent):
    return client.post(at(survey, "edit/change/"), {"act": act, "edition": edition_of(survey)} | sent)


def bring(client, content):
    file = SimpleUploadedFile("x.json", content)
    return client.post("/surveys/new/", {"import": "1", "name": "Nơi khác", "file": file})


@pytest.mark.parametrize("template", ["", *building.TEMPLATES])
def test_a_survey_starts_from_a_template_and_asks_nobody_yet(manager, template):
    answer = manager.post("/surveys/new/", {"name": "Sau khi mua", "template": template}, follow=True)

    survey = Survey.objects.get()
    assert answer.status_code == 200
    assert (survey.state, survey.name) == ("draft", "Sau khi mua")
    assert not survey.versions.filter(published_at__isnull=False).exists()


def test_questions_are_added_changed_moved_copied_and_removed(manager, begun):
    added = change(manager, begun, "add", kind="yes_no")
    name = questions(begun)[1]["id"]
    assert added["Location"] == at(begun, f"edit/{name}/")

    manager.post(added["Location"], WORDS | {"required": "1", "edition": edition_of(begun)})
    assert questions(begun)[1]["words"]["en"] == "Did it come in time?"

    change(manager, begun, "up", question=name)
    change(manager, begun, "copy", question=name)
    change(manager, begun, "remove", question="a")
    names = [question["id"] for question in questions(begun)]
    assert (names[0], len(names)) == (name, 2)

    change(manager, begun, "order", names=",".join(reversed(names)))
    assert questions(begun)[1]["id"] == name


def test_half_a_translation_is_kept_and_named(manager, begun):
    change(manager, begun, "add", kind="text_short")
    name = questions(begun)[1]["id"]
    manager.post(at(begun, f"edit/{name}/"), {"words-vi": "Sao vậy?", "edition": edition_of(begun)})

    page = manager.get(at(begun)).content.decode()

    assert "Sao vậy?" in page
    assert "has no words in English" in page
    assert manager.post(at(begun, "publish/"), {"edition": edition_of(begun)}).status_code == 422


def test_a_question_is_looked_at_without_saving(manager, begun):
    sent = WORDS | {"edition": edition_of(begun)}

    drawn = manager.post(at(begun, "edit/a/?look=1"), sent).content.decode()

    assert "Giao có đúng hẹn không?" in drawn
    assert "Did it come in time?" in drawn
    assert questions(begun)[0]["words"]["en"] == "One"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_page(manager, begun, kind):
    page = manager.get(change(manager, begun, "add", kind=kind)["Location"])

    assert page.status_code == 200
    assert all(one["drawn"] for one in page.context["previews"])


@pytest.mark.parametrize(("language", "first", "second"), [("en", "One", "Một"), ("vi", "Một", "One")])
def test_the_readers_language_comes_first(manager, begun, language, first, second):
    manager.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    listed = manager.get(at(begun, "edit/")).context["questions"][0]

    assert (listed["first"]["words"], listed["second"]["words"]) == (first, second)


def test_two_managers_do_not_overwrite_each_other(manager, begun):
    stale = edition_of(begun)
    change(manager, begun, "add", kind="yes_no")

    late = manager.post(at(begun, "edit/a/"), WORDS | {"edition": stale})
    manager.post(at(begun, "edit/change/"), {"act": "remove", "question": "a", "edition": stale})

    assert late.status_code == 409
    assert "Did it come in time?" in late.content.decode()  # nothing typed is lost
    assert questions(begun)[0]["words"]["en"] == "One"
    assert len(questions(begun)) == 2


@contextmanager
def just_before_saving(act):
    """`act` comes between a request's last look and its own write: the two at once, in the worst order."""
    coming = [act]

    def between(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "surveys_surveyversion" in sql and coming:
            coming.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(between):
        yield
    assert not coming


def test_a_question_removed_while_it_is_saved_is_told(manager, begun):
    """Both at once: what was typed is named, nothing comes back, and no error page."""
    with just_before_saving(lambda: save(begun, one("b"))):
        answer = manager.post(at(begun, "edit/a/"), WORDS | {"edition": edition_of(begun)})

    assert (answer.status_code, answer["Location"]) == (302, at(begun))
    assert [one["id"] for one in questions(begun)] == ["b"]
    told = html.unescape(manager.get(at(begun)).content.decode())
    assert "removed the question “Did it come in time?” just before; what you typed was not saved" in told


def test_a_question_changed_while_it_is_saved_is_kept_as_typed(manager, begun):
    with just_before_saving(lambda: save(begun, one("b"), one("a"))):
        answer = manager.post(at(begun, "edit/a/"), WORDS | {"edition": edition_of(begun)})

    assert answer.status_code == 409
    assert "Did it come in time?" in answer.content.decode()


def test_it_says_what_publishing_would_do_and_publishes(manager, begun):
    page = manager.get(at(begun, "publish/")).content.decode()
    assert "Every way ends alike" in page

    manager.post(at(begun, "publish/"), {"edition": edition_of(begun)})

    begun.refresh_from_db()
    assert begun.state == "live"
    assert begun.versions.get().published_at is not None


def test_a_survey_that_would_reward_by_answer_is_not_published(manager, begun):
    """Differentiator 7."""
    only_then = when({"question": "a", "is": ["yes"]})
    bait = one("b", words={"vi": "Thưởng thêm nhé?", "en": "Another voucher?"}, show_if=only_then)
    save(begun, *questions(begun), bait)

    answer = manager.post(at(begun, "publish/"), {"edition": edition_of(begun)})

    assert answer.status_code == 422
    assert "must not speak of a reward" in answer.content.decode()
    assert not begun.versions.filter(published_at__isnull=False).exists()


def test_a_change_of_a_live_survey_starts_the_next_version(manager, survey):
    first = survey.versions.get()

    change(manager, survey, "add", kind="yes_no")

    first.refresh_from_db()
    assert survey.versions.count() == 2
    assert first.definition == publishing.shipped()


def test_each_published_version_can_be_read(manager, survey):
    """Item 3: what was asked, and since when."""
    save(survey, one("a", words={"vi": "Mới", "en": "New one"}), title={"vi": "Chợ", "en": "Market"})
    first = manager.get(at(survey)).context["published"]
    assert manager.post(at(survey, "publish/"), {"edition": edition_of(survey)}).status_code == 302

    page = manager.get(at(survey))

    assert [row["number"] for row in first] == [1]
    newest, before = page.context["published"]
    assert (newest["number"], newest["questions"]) == (2, ["New one"])
    assert len(before["questions"]) == 6


def test_looking_at_it_starts_nothing(manager, survey):
    manager.get(at(survey))
    manager.get(at(survey, "try/"))

    assert survey.versions.count() == 1


@pytest.mark.parametrize("column", [{"definition": {}}, {"number": 9}, {"published_at": None}])
def test_the_database_keeps_a_published_version_as_it_is(survey, column):
    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyVersion.objects.filter(survey=survey).update(**column)


def test_it_is_tried_without_a_trace(manager, begun):
    save(begun, *EVERY_KIND["questions"])
    asked = [question["id"] for question in EVERY_KIND["questions"] if question["id"] not in ("why", "story")]

    shown = manager.get(at(begun, "try/?lang=vi")).content.decode()
    more = manager.post(at(begun, "try/?lang=en"), {"asked": ["met"], "q-met": "no"}).content.decode()
    done = manager.post(at(begun, "try/?lang=en"), {"asked": asked, "q-met": "yes"}).content.decode()

    assert "Mấy điểm?" in shown
    assert "more questions below" in more
    assert "Sent, if it were real" in done
    assert not Response.objects.exists()


def test_questions_are_taken_along_in_a_file(manager, survey):
    bring(manager, manager.get(at(survey, "questions.json")).content)

    made = Survey.objects.get(name="Nơi khác")
    assert made.versions.get().definition["questions"] == publishing.shipped()["questions"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The submitted file is empty"),
        (b"not json", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "is not an object"),
        (json.dumps({"format": 2, "questions": []}).encode(), "newer version"),
        (json.dumps({"questions": [one("a", "telepathy")]}).encode(), "Kind of question"),
        (json.dumps({"questions": [LOOP]}).encode(), "no earlier question"),
        (json.dumps({"questions": [one("a", reward={"yes": 5})]}).encode(), "is not known here"),
        (b" " * 1_000_001 + b"{}", "larger than a survey can be"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_name(manager, content, said):
    answer = bring(manager, content)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Survey.objects.exists()


EMPTY = {"vi": "", "en": ""}
DONE = {"vi": "Màu gì?", "en": "Which colour?"}
TWO = [{"id": "a", "words": {"vi": "Đỏ", "en": "Red"}}, {"id": "b", "words": EMPTY}]


@pytest.mark.parametrize(
    ("asked", "en", "vi"),
    [
        (
            one("q_1", words=EMPTY),
            "Question 1 – The question: has no words in Vietnamese, English",
            "Câu 1 – Câu hỏi: chưa có lời bằng tiếng Việt, tiếng Anh",
        ),
        (
            one("q_1", "choice", words=DONE, choices=TWO),
            "Question 1, “Which colour?” – Choices, line 2: has no words in Vietnamese, English",
            "Câu 1, “Màu gì?” – Các lựa chọn, dòng 2: chưa có lời bằng tiếng Việt, tiếng Anh",
        ),
        (
            one(
                "q_1", "choice", words=DONE, choices=[*TWO[:1], {"id": "b", "words": DONE}], meaning="problem"
            ),
            "Question 1, “Which colour?” – Choices: must be “a problem, solved the first time”",
            "Câu 1, “Màu gì?” – Các lựa chọn: phải là “có vấn đề, được giải quyết ngay lần đầu”",
        ),
        (
            one("q_1", "number", words=DONE, meaning="wish"),
            "Question 1, “Which colour?” – What the shop does with the answer: “keeps it as the customer's"
            " own wish” does not go with the kind “Number”",
            "Câu 1, “Màu gì?” – Cửa hàng dùng câu trả lời để làm gì: ",
        ),
        (
            one("q_1", words=DONE, show_if=when({"question": "q_1", "answered": True})),
            "Question 1, “Which colour?” – Ask it only when: looks at “Which colour?”, which is no earlier",
            "Câu 1, “Màu gì?” – Chỉ hỏi khi: ",
        ),
        (
            one("q_1", words=DONE, show_if=when({"fact": "days_late", "at_least": "many"})),
            "Question 1, “Which colour?” – Ask it only when: “or more” needs a number",
            "“trở lên” ",
        ),
        (
            one("q_1", words=DONE | {"en": "{{ settings }}"}),
            "Question 1, “{{ settings }}” – The question: ",
            "Câu 1, “Màu gì?” – Câu hỏi: ",
        ),
    ],
)
def test_a_fault_is_told_as_the_builder_names_things(manager, begun, asked, en, vi):
    """The question by its number and words, the field by its label; no id, no name of a column."""
    save(begun, asked)

    for language, said in (("en", en), ("vi", vi)):
        shown = manager.get(at(begun), headers={"accept-language": language}).content.decode()
        missing = shown[shown.index('<section class="notice warn"') : shown.index('<ol class="asked"')]
        read = html.unescape(re.sub("<[^>]+>", "", missing))
        assert said in read
        assert "q_1" not in read


def test_what_no_way_leads_to_is_named_too(manager, begun):
    never = when({"question": "a", "is": ["no"]}, {"question": "a", "is": ["yes"]})
    save(
        begun, one("a", "yes_no", words=DONE), one("b", words={"vi": "Vì sao?", "en": "Why?"}, show_if=never)
    )

    shown = manager.get(at(begun, "publish/")).content.decode()

    assert ">Question 2, “Why?”</a>: No answer leads to this question" in shown


@pytest.mark.parametrize(
    ("questions_", "said"),
    [
        ([one("a"), one("b", "choice", choices=[*TWO, 7])], "Choices, line 3: holds something that is not an"
         " object (questions[1].choices[2])"),
        ([one("a"), one("a")], "Questions: “a” stands there twice (questions)"),
        ([one("a"), {"id": "B"}], "Question 2 – Short name: an id is 1 to 40"),
        ([7], "Questions: holds something that is not an object (questions[0].questions)"),
        ([one("a", **{"\ud800": 1})], "is not known here"),
        ([one("a", words={"vi": "\ud800", "en": "x"})], "cannot be stored"),
        ([one("a", **{"<script>": 1})], "&lt;script&gt;"),
        ([one("a", "scale_10", asked_at_most=10**30)], "must be a whole number"),
        ([one("a", "number", least=[1])], "or text as it was typed"),
        ([one("a", "choice", choices=[{"id": "x", "words": {}, "reward": 5}])], "“reward” is not known here"),
        ([one("a", show_if={"match": "all", "of": [{"reward": "a"}]})], "no condition that the builder"),
        ([one("a", words={"vi": "A", "xx": "B"})] * 61, "must be a list of 0 to 60"),
    ],
)  # fmt: skip
def test_a_file_says_where_it_is_wrong(manager, questions_, said):
    answer = bring(manager, json.dumps({"questions": questions_}).encode())

    assert answer.status_code == 400
    assert said in answer.content.decode()


HALF_DONE = [
    [],
    [one("a", words=EMPTY)],
    [one("a"), one("b", "choice", choices=TWO)],
    [one("a", "choice", choices=[])],
    [one("a", "grid", choices=TWO, rows=[])],
    [one("a", "number", least="NaN", most="many")],
    [one("a", "number", least="1e999999999")],
    [one("a", "date", least="0000-01-01")],
    [one("a", "contact", fields=[])],
    [one("a", "scale_10", asked_at_most="a few")],
    [one("a", show_if=when({"fact": "order_total", "at_least": "1e999999999"}))],
    [one("a", show_if=when({"question": "b", "is": ["x"]})), one("b", "choice", choices=TWO)],
    [one("a", show_if=when({"question": "gone", "answered": True}, {"language": "en"}))],
    [one("a", "number", meaning="wish"), one("b", "scale_10", meaning="recommendation"),
     one("c", "scale_10", meaning="recommendation")],
    [one("a", words={"vi": "{{ settings }}", "en": "{nothing}"})],
]  # fmt: skip


@pytest.mark.parametrize("asked", HALF_DONE)
def test_a_draft_is_taken_along_and_comes_back_as_it_was(manager, begun, asked):
    """Item 3: export and import; what is wrong with it is named by the builder, there as here."""
    save(begun, *asked, title={"vi": "Giao hàng", "en": ""})
    faults = fault_words(manager, begun)

    bring(manager, manager.get(at(begun, "questions.json")).content)

    made = Survey.objects.get(name="Nơi khác")
    assert building.under_work(made).definition == building.under_work(begun).definition
    assert fault_words(manager, made) == faults
    for page in ("edit/", "try/", "publish/", *(f"edit/{each['id']}/" for each in asked)):
        assert manager.get(at(made, page)).status_code == 200


def fault_words(client, survey):
    shown = client.get(at(survey)).content.decode()
    listed = shown[shown.index('class="notice warn"') : shown.index("<ol")].replace(survey.public_id, "")
    return re.findall(r"<li>.*?</li>", listed, re.DOTALL)


def test_the_file_holds_what_is_being_changed(manager, survey):
    """Not what is asked now: the page says so beside the button."""
    manager.post(at(survey, "edit/change/"), {"act": "add", "kind": "date", "edition": 0})

    content = json.loads(manager.get(at(survey, "questions.json")).content)

    assert content["questions"] == questions(survey)
    assert content["questions"][-1]["kind"] == "date"


def test_there_is_an_end_to_questions(manager, begun):
    """Else a file of them could not be taken in again."""
    save(begun, *(one(f"a{n}") for n in range(60)))

    for sent in ({"act": "add", "kind": "date"}, {"act": "copy", "question": "a7"}):
        assert change(manager, begun, **sent).status_code == 302
    assert len(questions(begun)) == 60
    assert "has room for 60 questions" in manager.get(at(begun)).content.decode()


def test_scripts_in_every_label_stay_text(manager, begun):
    bad = "<script>alert(1)</script>"
    words = {"vi": bad, "en": bad}
    choices = [{"id": name, "words": words} for name in "xy"]
    save(begun, one("a", "choice", words=words, choices=choices), title=words)

    for page in ("edit/", "edit/a/", "try/", "publish/"):
        assert bad not in manager.get(at(begun, page)).content.decode()


def test_a_survey_is_copied_and_put_away(manager, survey):
    manager.post(at(survey, "keep/"), {"act": "copy"})
    manager.post(at(survey, "keep/"), {"act": "away"})

    survey.refresh_from_db()
    copied = Survey.objects.exclude(pk=survey.pk).get()
    assert (copied.state, copied.reward_amount, copied.budget_used) == ("draft", survey.reward_amount, 0)
    assert (survey.state, survey.archived_at is not None) == ("closed", True)
    assert survey.name in manager.get("/surveys/").content.decode()

    manager.post(at(survey, "keep/"), {"act": "out"})
    survey.refresh_from_db()
    assert survey.archived_at is None


@pytest.mark.parametrize("name", ["nowhere", "a" * 60])
def test_a_question_that_is_gone_leads_back(manager, begun, name):
    assert manager.get(at(begun, f"edit/{name}/"))["Location"] == at(begun)


def test_a_location_that_is_not_ours_is_named(manager, begun):
    """Or the question would never be asked, in silence."""
    Location.objects.create(code="ha-noi", name_vi="Hà Nội", name_en="Hanoi")
    at_place = [{"fact": "location", "is": ["Hà Nội"]}]
    save(begun, one("a"), one("b", show_if=when(*at_place)), title={"vi": "Chợ", "en": "Market"})

    assert "no location “Hà Nội”" in manager.get(at(begun, "publish/")).content.decode()
    assert "<code>ha-noi</code>" in manager.get(at(begun, "edit/b/")).content.decode()
    save(begun, one("a"), one("b", show_if=when({"fact": "location", "is": ["ha-noi"]})),
         title={"vi": "Chợ", "en": "Market"})  # fmt: skip
    assert not manager.get(at(begun, "publish/")).context["faults"]


def test_the_number_of_queries_does_not_grow(manager, begun, django_assert_max_num_queries):
    save(begun, *EVERY_KIND["questions"])

    with django_assert_max_num_queries(12):
        manager.get(at(begun))


def test_what_was_put_away_is_asked_again_without_a_change(manager, survey):
    manager.post(at(survey, "keep/"), {"act": "away"})
    manager.post(at(survey, "keep/"), {"act": "out"})

    assert "Ask these questions again" in manager.get(at(survey, "publish/")).content.decode()
    manager.post(at(survey, "publish/"), {"edition": 0})

    survey.refresh_from_db()
    assert (survey.state, survey.archived_at, survey.versions.count()) == ("live", None, 1)


def test_what_is_asked_now_need_not_be_published(manager, survey):
    page = manager.get(at(survey, "publish/")).content.decode()

    assert "nothing was changed since" in page
    assert 'name="edition"' not in page
    assert manager.post(at(survey, "publish/"), {"edition": 0}).status_code == 302
    assert survey.versions.count() == 1


def test_a_survey_that_was_never_published_is_not_opened_by_a_forged_press(manager, begun):
    begun.versions.all().delete()

    manager.post(at(begun, "publish/"), {"edition": 0})

    begun.refresh_from_db()
    assert begun.state == "draft"


def test_it_gets_another_name(manager, begun):
    manager.post(at(begun, "keep/"), {"act": "rename", "name": "  Giao tận nhà "})

    begun.refresh_from_db()
    assert begun.name == "Giao tận nhà"


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * 121])
def test_a_name_that_cannot_be_changes_nothing(manager, begun, name):
    manager.post(at(begun, "keep/"), {"act": "rename", "name": name})

    begun.refresh_from_db()
    assert begun.name == "Giao hàng"


def test_earlier_answers_stand_beside_the_question_as_they_are_written(manager, begun):
    added = change(manager, begun, "add", kind="text_short")["Location"]

    page = manager.get(added).content.decode()

    assert "<code>{answer:a}</code>" in page
    assert "One" in page


def test_a_picture_that_is_not_here_is_named_and_not_asked(manager, begun):
    """A file of questions from another installation brings no pictures along."""
    words = {"vi": "Màu", "en": "Colour"}
    choices = [{"id": "x", "words": words, "picture": "bowl-1"}, {"id": "y", "words": words}]
    save(begun, one("a", "picture", words=words, choices=choices), title=words)

    page = manager.get(at(begun, "publish/")).content.decode()

    assert "The picture “bowl-1” is not here" in page
    assert manager.post(at(begun, "publish/"), {"edition": edition_of(begun)}).status_code == 422
    begun.refresh_from_db()
    assert begun.state == "draft"


def test_a_number_beyond_all_bounds_is_kept_and_named(manager, begun):
    """It stays where it was typed, and every page of the survey goes on opening."""
    sent = {"test-0": "fact:order_total:at_least", "test-0-value": "1e999999999"}

    manager.post(at(begun, "edit/a/"), WORDS | sent | {"edition": edition_of(begun)})

    for page in ("edit/", "edit/a/", "try/", "publish/"):
        assert manager.get(at(begun, page)).status_code == 200
    assert "needs a number" in manager.get(at(begun)).content.decode()


@pytest.mark.parametrize(("kind", "end"), [("effort", "very easy"), ("scale_10", "very likely")])
def test_a_row_of_figures_says_which_end_is_which(manager, begun, kind, end):
    page = manager.get(change(manager, begun, "add", kind=kind)["Location"]).content.decode()

    assert end in page


@pytest.mark.parametrize("sent", [{"act": "up", "question": "problem"}, {"act": "explode"}, {}])
def test_what_changes_nothing_begins_no_next_version(manager, survey, sent):
    manager.post(at(survey, "edit/change/"), {"edition": 0} | sent)

    assert survey.versions.count() == 1
