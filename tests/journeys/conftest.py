"""A shop behind a real server, and visitors with a real browser."""

# Models are imported inside: asked for this folder only, pytest reads this before Django is set up.
import pytest

NARROW = 360  # CSS pixels: the narrowest phone that every page must fit


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, settings, tmp_path):
    """The address of a server of its own. SQLite is a file, as in a shop: in memory, server and test
    would share one connection, and with it each other's transactions."""
    from django.db import connection, connections
    from pytest_django.live_server_helper import LiveServer

    from feedback import drawn, shop

    shop.forget(), drawn.forget()
    settings.OUTBOX_DIR = tmp_path / "outbox"
    in_memory, name = connections["default"], connections.databases["default"]["NAME"]
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        path = str(tmp_path / "journey.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM INTO '{path}'")
        connections.databases["default"]["NAME"] = path
        connections["default"] = connections.create_connection("default")
    server = LiveServer("localhost")
    settings.BASE_URL = server.url
    yield server.url
    server.stop()
    if is_sqlite:
        connections["default"].close()
        connections.databases["default"]["NAME"] = name
        connections["default"] = in_memory
    shop.forget(), drawn.forget()


@pytest.fixture
def lan_pottery(site):
    from django.utils import timezone

    from feedback import shop
    from feedback.models import Shop

    signatures = {"signature_vi": "Tiệm Gốm Lan", "signature_en": "Lan Pottery"}
    made = Shop.objects.create(
        pk=1, name="Tiệm Gốm Lan", language="vi", set_up_at=timezone.now(), **signatures
    )
    shop.forget()
    return made


@pytest.fixture
def hire(lan_pottery):
    """`hire("approver", "mai")`: somebody who works for the shop and may log in."""
    from django.contrib.auth.models import Group

    from feedback.models import User

    def hire(role, name):
        person = User.objects.create_user(username=name, first_name=name.title(), password=PASSWORD)
        person.groups.add(Group.objects.get(name=role))
        return person

    return hire


PASSWORD = "pottery wheel turning"


@pytest.fixture
def visitor(browser, site):
    """`visitor(width=1280, …)`: a page of a new person's browser; what its console says fails the test.

    `refused`: answers such as 403 that the test provokes; the browser's console names them too.
    """
    contexts, faults = [], []

    def visit(*, width=360, refused=(), **options):
        said = {f"status of {status}" for status in refused}
        size = {"width": width, "height": 740}
        usual = {"locale": "vi-VN", "reduced_motion": "reduce"}
        context = browser.new_context(base_url=site, viewport=size, **usual | options)
        context.set_default_timeout(30_000)
        contexts.append(context)

        def listen(page):
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda message: message.type == "error" and hear(message.text))

        def hear(text):
            if not any(words in text for words in said):
                faults.append(text)

        context.on("page", listen)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def log_in(visitor):
    def log_in(person, path="/", **options):
        page = visitor(**options)
        page.goto(f"/login/?next={path}")
        page.locator("[name=username]").fill(person.username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form.fields button.main").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    return log_in


@pytest.fixture
def fits():
    """`fits(page)`: nothing of it lies beyond the right edge of a narrow phone."""

    def fits(page):
        size = page.viewport_size
        page.set_viewport_size({"width": NARROW, "height": 740})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        page.set_viewport_size(size)
        assert beyond <= 0, f"{page.url}: {beyond} px beyond the edge"

    return fits


@pytest.fixture
def jobs():
    """`jobs()`: what the worker does until nothing is left to do."""
    from feedback import work

    return lambda: work.sweep(work.jobs())
