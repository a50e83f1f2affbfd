"""What comes up again and again in comments that no theme caught (issue 8, item 6)."""

import pytest

from feedback.text.grams import Words, code_of, grams
from feedback.text.reading import Lang
from feedback.text.topics import FEWEST, Said, find, originals

CLASS = [
    "Tiệm có mở lớp học nặn gốm cuối tuần không",
    "Mình muốn đăng ký lớp học nặn gốm",
    "lop hoc nan gom con cho khong",
    "Ước gì có lớp học cho bé",
    "Khi nào mở lớp học thì báo nhé",
    "Lớp học nặn gốm học phí bao nhiêu",
    "Bé nhà mình mê nặn gốm",
]
PARKING = [
    "Nowhere to park in the evening",
    "Parking was a nightmare",
    "The car park is always full",
    "I circled for a parking spot",
    "Parked three streets away",
    "Is there parking for families",
]
RAMBLE = {
    "vi": [
        "Ghé tiệm buổi sáng",
        "Mẹ mình thích lắm",
        "Sẽ quay lại",
        "Trời mưa vẫn đi",
        "Kể cho hàng xóm nghe",
    ],
    "en": [
        "Stopped by in the morning",
        "My mother liked it",
        "Will be back",
        "It rained",
        "Told a neighbour",
    ],
}
LATE = {"vi": "Giao hàng trễ", "en": "Delivery was late"}


def caught(lang, number=120):
    return [
        Said(text=f"{LATE[lang]}. {RAMBLE[lang][n % 5]} {n}", who=f"c{n}", themes=("late_delivery",))
        for n in range(number)
    ]


def missed(lang, topic=(), number=60):
    rambles = [Said(text=f"{RAMBLE[lang][n % 5]} {n}", who=f"m{n}") for n in range(number)]
    return [Said(text=text, who=f"t{n}") for n, text in enumerate(topic)] + rambles


def found(lang, topic, **more):
    return find([*missed(lang, topic), *caught(lang)], lang=Lang(lang), **more)


def test_it_proposes_what_several_people_speak_of_with_and_without_marks():
    (topic,) = found("vi", CLASS)

    assert topic.name in ("lớp học", "lớp học nặn gốm", "nặn gốm")
    assert {phrase.text for phrase in topic.phrases} <= {"lớp học", "nặn gốm", "lớp học nặn gốm", "lớp"}
    assert sorted(topic.comments) == list(range(len(CLASS)))
    assert (topic.people, topic.known) == (len(CLASS), None)


def test_english_words_count_by_their_stem():
    (topic,) = found("en", PARKING)

    assert sorted(topic.comments) == list(range(len(PARKING)))
    assert [phrase.key for phrase in topic.phrases] == ["park"]


def test_what_is_said_everywhere_is_no_topic():
    assert found("vi", ()) == []
    assert found("en", ()) == []


def test_fewer_people_than_five_propose_nothing():
    assert found("en", PARKING[: FEWEST - 1]) == []


def test_one_person_is_one_however_often_they_say_it():
    said = [Said(text=f"{text} {n}", who="the same") for n, text in enumerate(PARKING * 3)]

    assert find([*said, *missed("en"), *caught("en")], lang=Lang.EN) == []


def test_copies_count_once():
    """Spam that is sent around, word for word or but for a few."""
    text = "Join our pyramid of gold and silver traders today and earn a villa by the sea within one month"
    said = [Said(text=f"{text} {'!' * (n % 3)} {n}", who=f"s{n}") for n in range(30)]

    assert find([*said, *missed("en"), *caught("en")], lang=Lang.EN) == []


def test_copies_are_told_from_their_originals():
    long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"

    assert originals(["Đẹp lắm", "dep  LAM", "Đẹp", long, f"{long} more", "", ""]) == [0, 2, 3, 5]


def test_without_comments_that_a_theme_caught_there_is_nothing_to_tell_by():
    assert find(missed("en", PARKING), lang=Lang.EN) == []
    assert find([], lang=Lang.EN) == []


def test_what_the_shop_sells_is_no_topic():
    said = [Said(text=f"{text} teapot", who=f"t{n}") for n, text in enumerate(RAMBLE["en"] * 3)]
    some = [*(Said(text=f"{one.text} {n}", who=one.who) for n, one in enumerate(said)), *caught("en")]

    assert [one.name for one in find(some, lang=Lang.EN)] == ["teapot"]
    assert find(some, lang=Lang.EN, passing=["Celadon teapot"]) == []


def test_it_names_the_theme_that_is_worded_most_alike():
    themed = [
        Said(
            text=f"Three streets away a nightmare spot full of dirt in the evening {n}",
            who=f"d{n}",
            themes=("place_cleanliness",),
        )
        for n in range(3)
    ]
    (topic,) = find([*missed("en", PARKING), *caught("en"), *themed], lang=Lang.EN)

    assert topic.near is not None
    assert topic.near[0] == "place_cleanliness"


@pytest.mark.parametrize("known", [{"park": 6}, {"car park": 4, "park spot": 3}])
def test_a_topic_of_before_is_known_again_under_other_words(known):
    (topic,) = found("en", PARKING, known={7: known, 8: {"music": 9}})

    assert topic.known == 7


@pytest.mark.parametrize("known", [{"loud music": 9}, {"theme park": 3, "amus": 5, "ride": 5}])
def test_another_topic_is_not_taken_for_one_of_before(known):
    (topic,) = found("en", PARKING, known={8: known})

    assert topic.known is None


@pytest.mark.parametrize(("lang", "text"), [(Lang.VI, "lớp học nặn gốm"), (Lang.EN, "loud classes")])
def test_a_phrase_has_one_code_however_it_was_met(lang, text):
    words = Words(lang)
    many = len(text.split())

    by_length = list(grams([text], words))

    assert by_length[many - 1].code.tolist() == [code_of(words.keys_of(text), words)]


def test_two_topics_are_two():
    music = [
        "Such loud music",
        "Turn the loud music down",
        "Loud music again",
        "Why loud music",
        "loud music hurts",
    ]
    said = [*PARKING, *music]

    topics = found("en", said)

    assert len(topics) == 2
    assert sorted(place for topic in topics for place in topic.comments) == list(range(len(said)))
