"""Item 1: pictures of choices are uploaded on the question's page. Whatever is no picture changes nothing."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from surveys import building, pictures
from surveys.models import Picture, Survey
from tests.factories import NOW, user

pytestmark = pytest.mark.django_db
WORDS = {"vi": "Bát màu xanh", "en": "A blue bowl"}


def drawn(kind="PNG", size=(900, 500), mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, (20, 90, 160, 120)[: len(mode)] if mode != "P" else 1).save(out, kind, **options)
    return out.getvalue()


def bomb(side=30_000):
    """A PNG of a few kilobytes that says that it is 900 million points large."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * (side // 8 + 1) * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def survey(the_shop):
    words = {"vi": "Bát nào?", "en": "Which bowl?"}
    choices = [{"id": one, "words": {"vi": one, "en": one}} for one in ("blue", "red")]
    questions = [{"id": "bowl", "kind": "picture", "words": words, "choices": choices}]
    definition = {"title": words, "questions": questions}
    return building.start("Bowls", definition, now=NOW)


@pytest.fixture
def manager(client, survey):
    client.force_login(user("manager", "Huy"))
    return client


@pytest.fixture
def upload(manager, survey):
    """The question's page sent with a file, and with words changed on it that nobody saved yet."""

    def upload(content, name="bat.png", *, alt=WORDS, edition=1, **typed):
        file = {} if content is None else {"picture-file": SimpleUploadedFile(name, content)}
        page = {
            "edition": edition, "words-vi": "Chọn bát nào?", "words-en": "Which one?", "upload": "1",
            "choice-0-id": "blue", "choice-0-words-vi": "xanh", "choice-0-words-en": "blue",
            "choice-1-id": "red", "choice-1-words-vi": "đỏ", "choice-1-words-en": "red",
        }  # fmt: skip
        alts = {f"picture-alt-{language}": words for language, words in alt.items()}
        return manager.post(f"/surveys/{survey.public_id}/edit/bowl/", page | alts | file | typed)

    return upload


def question():
    return Survey.objects.get().versions.get().definition["questions"][0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_goes_to_the_first_choice_without_one(upload, client, kind):
    assert upload(drawn(kind), f"Bát xanh.{kind.lower()}").status_code == 302

    picture = Picture.objects.get()
    assert picture.name.startswith("bat-xanh-")
    assert picture.media_type == f"image/{kind.lower()}"
    assert question()["words"]["en"] == "Which one?"
    first, second = question()["choices"]
    assert (first["picture"], first["picture_alt"]) == (picture.name, WORDS)
    assert "picture" not in second
    served = client.get(f"/surveys/pictures/{picture.name}")
    assert Image.open(BytesIO(served.content)).size == (640, 356)


def test_the_next_one_goes_to_the_next_choice(upload):
    upload(drawn())
    first = Picture.objects.get()

    upload(drawn("JPEG"), edition=2, **{"choice-0-picture": first.name})

    names = [one["picture"] for one in question()["choices"]]
    assert names[0] == first.name
    assert set(names) == set(Picture.objects.values_list("name", flat=True))


def test_customers_see_it_with_its_words_in_their_language(upload, manager, survey):
    upload(drawn())
    upload(drawn("JPEG"), edition=2, **{"choice-0-picture": Picture.objects.get().name})

    for language, words in WORDS.items():
        page = manager.get(f"/surveys/{survey.public_id}/try/?lang={language}").text
        assert page.count(f'alt="{words}"') == 2
        assert "<script>" not in page.replace("<script src", "")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (None, "", "Hãy chọn một tệp"),
        (b"", "a.png", "Hãy chọn một tệp|không phải hình"),
        (b"this is no picture", "a.png", "không phải hình"),
        (SVG, "a.svg", "không phải hình"),
        (SVG, "a.png", "không phải hình"),
        (drawn("GIF", mode="P", size=(9, 9)), "a.png", "không phải hình"),
        (drawn()[:200], "a.png", "bị hỏng"),
        (drawn("JPEG")[:600], "a.jpg", "bị hỏng"),
        (drawn("WEBP")[:40], "a.webp", "bị hỏng|không phải hình"),
        (bomb(), "a.png", "quá nhiều điểm ảnh"),
        (bomb(side=8_000), "a.png", "quá nhiều điểm ảnh"),
        (drawn() + b"\0" * 5_000_000, "a.png", "lớn hơn 5 MB"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50_000_000, "a.png", "lớn hơn 5 MB"),
    ],
    ids=["no-file", "empty", "text", "svg", "svg-called-png", "gif", "cut", "cut-jpeg", "cut-webp", "bomb",
         "64-megapixels", "long-tail", "50-MB"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_and_nothing_typed_is_lost(upload, content, name, said):
    before = question()

    answer = upload(content, name)

    assert answer.status_code == 400
    assert any(one in answer.text for one in said.split("|"))
    assert not Picture.objects.exists()
    assert question() == before
    for typed in ("Chọn bát nào?", "Which one?", "xanh", "đỏ", *WORDS.values()):
        assert typed in answer.text


@pytest.mark.parametrize(
    "alt", [{"vi": "Bát", "en": ""}, {"vi": " ", "en": "Bowl"}, {}, {"vi": "x" * 151, "en": "x"}]
)
def test_its_words_are_wanted_in_both_languages(upload, alt):
    """WCAG 1.1.1."""
    assert upload(drawn(), alt=alt).status_code == 400
    assert not Picture.objects.exists()


def test_what_a_camera_writes_beside_it_is_not_kept(upload):
    """L16: a photograph says where and when it was taken, and hides whatever follows its end."""
    exif = Image.Exif()
    exif[0x010F] = "Gốm Nhà Mình camera"
    upload(drawn("JPEG", exif=exif) + b"<script>alert(1)</script>", "a.jpg")

    kept = bytes(Picture.objects.get().content)
    assert b"camera" not in kept
    assert b"script" not in kept
    assert not Image.open(BytesIO(kept)).getexif()


def test_one_that_lies_on_its_side_is_put_upright(upload):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    upload(drawn("JPEG", size=(400, 200), exif=exif), "a.jpg")

    assert Image.open(BytesIO(bytes(Picture.objects.get().content))).size == (200, 400)


def test_what_is_seen_through_stays_so():
    kept = pictures.redraw(drawn("PNG", mode="RGBA", size=(90, 90)))

    assert Image.open(BytesIO(kept.content)).getpixel((1, 1)) == (20, 90, 160, 120)


def test_the_same_again_is_the_one_that_is_there(upload):
    upload(drawn())
    upload(drawn(), edition=2)

    assert Picture.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.png", "C:\\x\\y.png", "", "‮gnp.exe", "x" * 300 + ".png"]
)
def test_no_file_name_leads_anywhere(upload, name):
    picture = pictures.take(BytesIO(drawn()), size=9, called=name, alt=WORDS, now=NOW, by=None)

    assert "/" not in picture.name
    assert len(picture.name) <= 40


@pytest.mark.parametrize("role", ["advocate", "staff"])
def test_others_upload_nothing(client, survey, role):
    client.force_login(user(role))
    file = SimpleUploadedFile("a.png", drawn())

    answer = client.post(
        f"/surveys/{survey.public_id}/edit/bowl/", {"upload": "1", "picture-file": file, "edition": 1}
    )

    assert answer.status_code == 403
    assert not Picture.objects.exists()
