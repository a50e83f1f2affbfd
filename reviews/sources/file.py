"""A file to paste from: one JSON line per reply in OUTBOX_DIR/<slug>.jsonl."""

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from reviews.models import Reply, Source
from reviews.sources import Answer, Outcome, same_words


def publish(source: Source, reply: Reply) -> Outcome:
    review = reply.review
    line = {
        "reply": reply.public_id,
        "review": review.external_id,
        "version": reply.review_version,
        "url": review.url,
        "language": reply.language,
        "text": reply.text,
        "written_at": timezone.now().isoformat(timespec="seconds"),
    }
    _append(_path(source), json.dumps(line, ensure_ascii=False))
    return Outcome(answer=Answer.PUBLISHED, ref=reply.public_id)


def present_reply(source: Source, reply: Reply) -> Outcome | None:
    """The last line of a review is the one that counts."""
    found: dict[str, Any] = {}
    for line in _lines(_path(source)):
        if line.get("review") == reply.review.external_id:
            found = line
    if not found or not same_words(str(found.get("text")), reply.text):
        return None
    return Outcome(answer=Answer.PUBLISHED, ref=str(found.get("reply", "")))


def forget(source: Source, external_ids: Collection[str]) -> None:
    """Take the replies to these reviews out of the file: their authors asked us to. Renamed into place, so
    that a crash leaves the one file or the other."""
    path = _path(source)
    if not external_ids or not path.exists():
        return
    with _alone(path):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not _is_about(line, external_ids)]
        if len(kept) == len(lines):
            return
        fresh = path.with_suffix(".part")
        with fresh.open("wb") as out:
            out.writelines(kept)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)


def _is_about(line: bytes, external_ids: Collection[str]) -> bool:
    try:
        found = json.loads(line)
    except ValueError:  # half a line, or half a letter
        return False
    return isinstance(found, dict) and found.get("review") in external_ids


def _path(source: Source) -> Path:
    return Path(settings.OUTBOX_DIR) / f"{source.slug}.jsonl"


def _append(path: Path, line: str) -> None:
    """In one write and on the disk before we call it published: a crash leaves the whole line or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path), path.open("a+b", buffering=0) as out:
        size = out.seek(0, os.SEEK_END)
        torn = size and os.pread(out.fileno(), 1, size - 1) != b"\n"
        out.write((("\n" if torn else "") + line + "\n").encode())
        os.fsync(out.fileno())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody adds a line to a file that is just being replaced by another."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """What stands in the file; half a line, from a full disk, is nobody's reply."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found
