"""Reading texts: texts a second of CPU time, beside TextBlob's `.sentiment` in the same run.

    .venv/bin/python benchmarks/reading.py [--rounds 6] [--texts FILE.jsonl.gz …]

The texts are the demo's reviews, as they are (about 110 characters) and joined to about 270. Both readers
take turns over the same slices, the fastest turn of each counts, so that a busy machine slows both alike.
"First time" is a fresh process that has seen none of the words; of your own texts it reads each once, and
TextBlob, imported, does so after it. Everything is read: language, sentiment,
themes, problem, leverage, flags, personal data. `--texts` adds texts of 200 to 340 characters of your own
files, one JSON object with "text" a line.
"""

import argparse
import gzip
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SLICE = 512  # texts: as many as are read at once
LENGTH = 270
HOSTILE = [
    "không ",
    "refund me or i will ",
    "đánh giá 1 sao ",
    "&amp;",
    "e\u0323\u0302",
    "((",
    "a.b.",
    "0 9 ",
    "bad",
    "$5 ",
    "if you do not refund i will post 1 star or else ",
    "quận 1 số 5 đường ",
    "giao hàng trễ. ",
    "\u200b",
    "\U0001f621",
    "<b ",
    "1.",
    "@",
    "o_o",
]
Reader = Callable[[list[str]], None]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--texts", nargs="*", default=[], type=Path)
    options.add_argument("--loading", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.loading:
        print(json.dumps(_loading()))
        return
    if chosen.once:
        print(json.dumps(_once(_given(chosen.texts))))
        return
    loads = [json.loads(subprocess.check_output([sys.executable, __file__, "--loading"])) for _ in range(3)]
    short = demo_texts()
    joined = join(short)
    given = _given(chosen.texts)
    for name, texts in (("short", short), ("joined", joined), *([("given", given)] if given else [])):
        length = statistics.mean(map(len, texts))
        ours, theirs = _per_second(texts, chosen.rounds)
        row(f"{name} texts, {length:.0f} characters", f"{ours:,.0f} a second")
        row("  TextBlob, sentiment only", f"{theirs:,.0f} a second, ours {ours / theirs:.2f} times that")
    row("first time, short texts", f"{statistics.median(load['first'] for load in loads):,.0f} a second")
    if given:
        once = [sys.executable, __file__, "--once", "--texts", *map(str, chosen.texts)]
        ours, theirs = json.loads(subprocess.check_output(once))
        row(
            f"  given texts, {len(given):,} of them",
            f"{ours:,.0f} a second, {ours / theirs:.2f} times TextBlob",
        )
    row("single text, 99 of 100 within", f"{_single(short) * 1000:.2f} ms")
    row("import and first text", f"{statistics.median(load['seconds'] for load in loads):.2f} s")
    row("memory, all that is added", f"{statistics.median(load['megabytes'] for load in loads):.0f} MB")
    row("hostile 100 kB, the slowest", f"{max(map(_hostile, HOSTILE)) * 1000:.0f} ms")
    for piece in HOSTILE:
        row(f"  {piece!r}", f"{_hostile(piece) * 1000:.0f} ms")


def _given(files: list[Path]) -> list[str]:
    """In an order that mixes the files, the same each time."""
    texts = [text for file in files for text in texts_of(file) if 200 <= len(text) <= 340]
    random.Random(1).shuffle(texts)
    return texts


def texts_of(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def row(what: str, value: str) -> None:
    print(f"{what:34} {value}")


def demo_texts() -> list[str]:
    files = [ROOT / "feedback" / "front" / "demo" / f"reviews.{language}.jsonl" for language in ("vi", "en")]
    return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]


def join(texts: list[str]) -> list[str]:
    """Texts one after the other until LENGTH characters are there, give or take half a text."""
    joined, text = [], ""
    for one in texts:
        text = f"{text} {one}".strip()
        if len(text) > LENGTH - 75:
            joined.append(text)
            text = ""
    return joined


def _ours(texts: list[str]) -> None:
    from feedback.text.reader import read_many

    for _ in read_many(texts):
        pass


def _theirs(texts: list[str]) -> None:
    from textblob import TextBlob

    for text in texts:
        _ = TextBlob(text).sentiment


def _seconds(reader: Reader, texts: list[str]) -> float:
    began = time.process_time()
    reader(texts)
    return time.process_time() - began


def _per_second(texts: list[str], rounds: int) -> tuple[float, float]:
    slices = [texts[at : at + SLICE] for at in range(0, len(texts), SLICE)]
    best: dict[Reader, list[float]] = {reader: [1e9] * len(slices) for reader in (_ours, _theirs)}
    for _ in range(rounds + 1):
        for reader, times in best.items():
            for number, part in enumerate(slices):
                times[number] = min(times[number], _seconds(reader, part))
    return len(texts) / sum(best[_ours]), len(texts) / sum(best[_theirs])


def _once(texts: list[str]) -> tuple[float, float]:
    """In a fresh process: texts a second of each reader, on texts and mostly words that it never saw."""
    for reader in (_ours, _theirs):
        reader(["ấm máy", "the machine is warm"])  # imports
    return len(texts) / _seconds(_ours, texts), len(texts) / _seconds(_theirs, texts)


def _single(texts: list[str]) -> float:
    times = sorted(_seconds(_ours, [text]) for text in texts)
    return times[int(len(times) * 0.99)]


def _hostile(piece: str) -> float:
    return min(_seconds(_ours, [piece * (100_000 // len(piece))]) for _ in range(3))


def _loading() -> dict[str, float]:
    """In a fresh process: seconds to the first reading, speed on unseen words, megabytes afterwards."""
    texts, before = demo_texts(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loading = _seconds(_ours, ["ấm máy", "the machine is warm"])
    reading = _seconds(_ours, texts)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": loading, "first": len(texts) / reading, "megabytes": (after - before) / 1024}


if __name__ == "__main__":
    main()
