"""Run by the peer's own Python: a survey with the questions of ten_questions.json; prints what to send."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.utils.text import slugify  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from survey.models import Question, Survey  # noqa: E402

TOUCHPOINTS = [
    "Sản phẩm", "Trang web", "Đóng gói", "Giao hàng", "Tại cửa hàng", "Nhân viên", "Hỗ trợ sau khi mua",
    "Thanh toán", "Chỗ khác",
]  # fmt: skip
KINDS = {
    "choice": Question.RADIO,
    "scale_10": Question.RADIO,
    "stars": Question.RADIO,
    "yes_no": Question.RADIO,
    "touchpoint": Question.RADIO,
    "choices": Question.SELECT_MULTIPLE,
    "text_short": Question.SHORT_TEXT,
    "text_long": Question.TEXT,
}
OFFERED = {
    "scale_10": {str(n): str(n) for n in range(11)},
    "stars": {str(n): str(n) for n in range(1, 6)},
    "yes_no": {"yes": "Có", "no": "Không"},
    "touchpoint": dict(
        zip(
            [
                "product",
                "website",
                "packing",
                "delivery",
                "store",
                "staff",
                "after_sales",
                "payment",
                "other",
            ],
            TOUCHPOINTS,
            strict=True,
        )
    ),
}


def main() -> None:
    asked = json.loads(Path(__file__).with_name("ten_questions.json").read_text(encoding="utf-8"))
    answers = json.loads(sys.argv[1])
    survey = Survey.objects.create(
        name=asked["title"]["vi"],
        description="",
        is_published=True,
        need_logged_user=False,
        display_method=Survey.ALL_IN_ONE_PAGE,
        publish_date=now().date() - timedelta(days=1),
        expire_date=now().date() + timedelta(days=7),
    )
    fields = {}
    for place, question in enumerate(asked["questions"]):
        name, given = add(survey, place, question, answers[question["id"]])
        fields[name] = given
    print(json.dumps({"path": f"/{survey.pk}/", "fields": fields}))


def add(survey, place, question, answer):
    """The name of its input, and what is sent for this answer of ours. A comma would part two choices."""
    kind = question["kind"]
    offered = OFFERED.get(kind) or {
        one["id"]: one["words"]["vi"].replace(",", " –") for one in question.get("choices", [])
    }
    row = Question.objects.create(
        text=question["words"]["vi"],
        order=place,
        required=question.get("required", False),
        survey=survey,
        type=KINDS[kind],
        choices=",".join(offered.values()) or None,
    )
    sent = [slugify(offered[one], allow_unicode=True) if offered else one for one in as_list(answer)]
    return f"question_{row.pk}", sent


def as_list(answer):
    return answer if isinstance(answer, list) else [answer]


if __name__ == "__main__":
    main()
