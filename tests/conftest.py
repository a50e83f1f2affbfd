"""What every test stands on: settings of its own, no network, and a browser where there is one."""

import importlib
import ipaddress
import os
import shutil
import socket
import tempfile

import pytest
from hypothesis import settings as hypothesis_settings

# The same examples in every run; a busy machine is not a failure. `make prove` runs ask for more examples.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("suite")

# Settings read the environment, and .env where the environment is silent: a test run listens to neither,
# except for the database, which `make prove` chooses.
_SCRATCH = tempfile.mkdtemp(prefix="feedback-tests-")
os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "feedback.settings",
        "SECRET_KEY": "only for tests, never for a shop",
        "BASE_URL": "http://localhost:8000",
        "DATA_DIR": _SCRATCH,
        "DEBUG": "0",
        "LANGUAGE_CODE": "vi",
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
        "CELERY_BROKER_URL": "",
        "EMAIL_URL": "memorymail://",
        # Playwright runs an event loop in the main thread; Django would refuse the database there.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
for name in ("ALLOWED_HOSTS", "PORT", "STATIC_ROOT", "OUTBOX_DIR", "DEFAULT_FROM_EMAIL"):
    os.environ.pop(name, None)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_SCRATCH}/feedback.sqlite3")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
SERVICES_REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
NO_CHROMIUM = (
    "Browser tests did not run: no Chromium found. "
    "Install it (Debian: apt-get install chromium) or set CHROMIUM=/path/to/chromium."
)
NO_BROKER = "No Redis to test with: set PROVE_BROKER_URL, as `make prove` does. That database is emptied."


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Each worker makes a folder of its own: with the settings' name in the environment Django would read
    them, and this process's folder, before the worker comes to this file – and one cache would serve all."""
    for name in ("DJANGO_SETTINGS_MODULE", "DATA_DIR"):
        os.environ.pop(name, None)
    if _SCRATCH in os.environ["DATABASE_URL"]:
        del os.environ["DATABASE_URL"]


def pytest_configure(config):
    _refuse_the_network()
    if config.pluginmanager.hasplugin("django"):
        from django.conf import settings

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        _empty_the_records_between_tests()


def pytest_unconfigure(config):
    shutil.rmtree(_SCRATCH, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark what uses the browser and the database; leave out what PostgreSQL alone can show elsewhere."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker("browser")
            # A browser on a busy machine may lose a second here and there: once more, and the report says so.
            item.add_marker(pytest.mark.flaky(reruns=1))
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames):
            item.add_marker("database")
        _check_that_rows_return(item)
    if os.environ["DATABASE_URL"].startswith(("postgres://", "postgresql://")):
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _check_that_rows_return(item):
    """What such a test empties would be missed by whichever test of another file comes next."""
    given = getattr(item.get_closest_marker("django_db"), "kwargs", {})
    if given.get("transaction") and not given.get("serialized_rollback"):
        raise pytest.UsageError(f"{item.nodeid}: transaction=True needs serialized_rollback=True")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """What empties the tables takes along the rows that migrations made; they return for whichever test comes
    next in this process."""
    yield
    if nextitem is not None and _empties_the_tables(item):
        _bring_back_the_rows_of_migrations(item)


def _empties_the_tables(item):
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        return True
    return bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))


def _bring_back_the_rows_of_migrations(item):
    from django.db import connection
    from pytest_django.plugin import blocking_manager_key

    with item.config.stash[blocking_manager_key].unblock():
        rows = getattr(connection, "_test_serialized_contents", "")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM auth_group")
            empty = not cursor.fetchone()[0]
        if rows and empty:
            connection.creation.deserialize_db_from_string(rows)


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(NO_CHROMIUM in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(f"{NO_CHROMIUM} ({count} left out)", yellow=True, bold=True)


def _empty_the_records_between_tests():
    """Django empties SQLite's tables by DELETE, which some tables refuse (0007_events_stay)."""
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.sql_flush
    names = ("0007_events_stay", "0010_policies_stay", "0053_clock_times_stay")
    stay = [importlib.import_module(f"feedback.migrations.{name}") for name in names]

    def sql_flush(self, *args, **kwargs):
        off = [statement for one in stay for statement in one.SQLITE_BACK]
        on = [statement for one in stay for statement in one.SQLITE]
        return [*off, *flush(self, *args, **kwargs), *on]

    DatabaseOperations.sql_flush = sql_flush


def _refuse_the_network():
    def guarded(connect):
        def to_this_machine_only(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                raise OSError(f"A test tried to reach {address[0]}: tests stay on this machine.")
            return connect(self, address)

        return to_this_machine_only

    socket.socket.connect = guarded(socket.socket.connect)
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without(service):
    """Skip, or fail where CI promises that every service is there."""
    (pytest.fail if SERVICES_REQUIRED else pytest.skip)(service)


@pytest.fixture(autouse=True)
def _shops_language(pytestconfig):
    """A page leaves its reader's language in the thread: each test begins in the shop's."""
    if pytestconfig.pluginmanager.hasplugin("django"):
        from django.utils import translation

        translation.deactivate()


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window, for the whole run."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        _without(NO_CHROMIUM)
    from django.db import connections
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    held = {alias: connections[alias] for alias in connections}
    with sync_playwright() as playwright:
        # An event loop runs in this thread from here on. Django would give it connections of its own, without
        # what pytest-django keeps with those of the tests.
        for alias, connection in held.items():
            connections[alias] = connection
        chrome = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield chrome
        chrome.close()


@pytest.fixture
def page(browser):
    """A new visitor on a phone; a script error or a breach of the content policy fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="en-GB")
    context.set_default_timeout(30_000)
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    yield page
    context.close()
    assert not faults, faults


@pytest.fixture
def many_connections(db, tmp_path):
    """Connections that can wait for each other, as in a shop: PostgreSQL as it is; SQLite, which keeps the
    tests' database in memory, as a copy in a file."""
    from django.db import connection, connections

    if connection.vendor != "sqlite":
        yield
        return
    path = tmp_path / "races.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{path}'")
    in_memory, name = connections["default"], connections.databases["default"]["NAME"]
    connections.databases["default"]["NAME"] = str(path)
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    connections.databases["default"]["NAME"] = name
    connections["default"] = in_memory


@pytest.fixture
def broker_url():
    """An empty Redis database for Celery workers that a test starts."""
    url = os.environ.get("PROVE_BROKER_URL")
    if not url:
        _without(NO_BROKER)
    import redis

    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
        yield url
        connection.flushdb()
