"""Sites of benchmarks/surveys.py: each behind the same web server, on the same kind of database."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from survey_clients import Fields, Flow, is_up

ROOT = Path(__file__).resolve().parent.parent
SITES = Path(__file__).resolve().parent / "survey_sites"
PEER = "django-survey-and-report"
_TICKS = os.sysconf("SC_CLK_TCK")
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`flows` makes so many visitors; `stored` counts what they left."""

    label: str
    python: Path
    application: str
    folder: Path
    ready: str  # a page that answers 200 once it is up
    env: dict[str, str] = field(default_factory=dict)
    flows: Callable[[int], Sequence[Flow]]
    stored: Callable[[], int]

    @contextmanager
    def served(self) -> Iterator[Callable[[], float]]:
        """As `make run` does. Gives the seconds of CPU that its processes have used, user and system."""
        command = [self.python, "-m", "gunicorn", self.application, "--bind", f"127.0.0.1:{PORT}"]
        command += ["--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "error"]
        server = subprocess.Popen(command, env=os.environ | self.env, cwd=self.folder)
        try:
            _wait_for(server, self.ready)
            yield lambda: _cpu_of(server.pid)
        finally:
            server.terminate()
            server.wait()


def bare(folder: Path, url: str, fields: Fields) -> Site:
    """What `startproject` makes, with a form in a template and one row for each who sends it."""
    home, env = _project(folder, "bare_site", Path(sys.executable), url, ["bare"], "bare.urls")
    shutil.copytree(SITES / "bare", home / "bare")
    _manage(home, Path(sys.executable), env, "makemigrations", "bare", "--verbosity=0")
    _manage(home, Path(sys.executable), env, "migrate", "--verbosity=0")
    return Site(
        label="bare Django form view, one row",
        python=Path(sys.executable),
        application="bare_site.wsgi",
        folder=home,
        ready="/thanks/",
        env=env,
        flows=lambda count: [Flow("/", fields)] * count,
        stored=lambda: _counted(home, Path(sys.executable), env, "bare.models", "Said"),
    )


def barest(folder: Path, url: str, story: str) -> Site:
    """No project at all, and one field."""
    env = {"SITE_DATABASE": json.dumps(_database(folder, url, "barest")), "PYTHONPATH": str(SITES)}
    subprocess.run([sys.executable, "barest.py"], cwd=SITES, env=os.environ | env, check=True)
    return Site(
        label="barest view, one field",
        python=Path(sys.executable),
        application="barest",
        folder=SITES,
        ready="/thanks/",
        env=env,
        flows=lambda count: [Flow("/", {"text": story})] * count,
        stored=lambda: _counted(SITES, Path(sys.executable), env, "barest", "Said"),
    )


def peer(folder: Path, url: str, answers: Fields) -> Site:
    """In an environment of its own, made beside the data and kept for the next time."""
    python = _peer_python()
    home, env = _project(folder, "peer_site", python, url, ["survey"], "survey.urls")
    _manage(home, python, env, "migrate", "--verbosity=0")
    made = _manage(home, python, env, SITES / "peer.py", json.dumps(answers))
    sent = json.loads(made.splitlines()[-1])
    return Site(
        label=f"{PEER} {_version_there(python)}",
        python=python,
        application="peer_site.wsgi",
        folder=home,
        ready=sent["path"],
        env=env,
        flows=lambda count: [Flow(sent["path"], sent["fields"])] * count,
        stored=lambda: _counted(home, python, env, "survey.models", "Response"),
    )


def _project(
    folder: Path, name: str, python: Path, url: str, apps: Sequence[str], urls: str
) -> tuple[Path, dict[str, str]]:
    home = folder / name
    home.mkdir()
    subprocess.run([python, "-m", "django", "startproject", name, home], check=True)
    settings = home / name / "settings.py"
    ours = (SITES / "tail.py").read_text(encoding="utf-8")
    more = f"\nINSTALLED_APPS += {apps!r}\nROOT_URLCONF = {urls!r}\n"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n" + ours + more, encoding="utf-8")
    env = {
        "SITE_DATABASE": json.dumps(_database(folder, url, name)),
        "DJANGO_SETTINGS_MODULE": f"{name}.settings",
        "PYTHONPATH": str(home),
    }
    return home, env


def _database(folder: Path, url: str, name: str) -> dict[str, object]:
    """As ours is set up, which is faster than Django's own way; on PostgreSQL in a schema of its own."""
    if not url.startswith("sqlite"):
        parts = urlsplit(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {"options": f"-c search_path={name}"},
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / f"{name}.sqlite3"),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32000;",
        },
    }


def _peer_python() -> Path:
    home = ROOT / "var" / "benchmarks" / PEER
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        same = [f"{name}=={version(name)}" for name in ("gunicorn", "psycopg", "psycopg-binary")]
        subprocess.run([python, "-m", "pip", "install", "-qq", PEER, "Django<5.3", *same], check=True)
    return python


def _version_there(python: Path) -> str:
    asked = f"from importlib.metadata import version as v; print(v({PEER!r}), '(Django', v('django') + ')')"
    return subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()


def _manage(home: Path, python: Path, env: dict[str, str], *arguments: object) -> str:
    given = [str(one) for one in arguments]
    command = given if given[0].endswith(".py") else ["manage.py", *given]
    return _run(home, python, env, *command)


def _counted(home: Path, python: Path, env: dict[str, str], module: str, model: str) -> int:
    lines = ["import django", "django.setup()", f"from {module} import {model}"]
    if module == "barest":
        lines = [f"from {module} import {model}"]
    script = "\n".join([*lines, f"print({model}.objects.count())"])
    return int(_run(home, python, env, "-c", script))


def _run(home: Path, python: Path, env: dict[str, str], *arguments: str) -> str:
    """What it prints; what it warns of is shown only when it fails."""
    done = subprocess.run(
        [python, *arguments], cwd=home, env=os.environ | env, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr}")
    return done.stdout


def _wait_for(server: subprocess.Popen, path: str) -> None:
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("the server ended by itself")
        if is_up(PORT, path):
            return
        time.sleep(0.1)
    sys.exit("the server does not answer")


def _cpu_of(pid: int) -> float:
    """Of the process and those it made."""
    made = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _cpu(pid) + sum(_cpu(int(one)) for one in made)


def _cpu(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS
