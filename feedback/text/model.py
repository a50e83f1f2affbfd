"""The trained engine: hashed words, pairs and letters, added up clause by clause."""

from dataclasses import dataclass

SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of one engine. `outputs` names its columns: sentiments, complaint, `theme:<id>`, `problem:<id>`."""

    engine: str
    outputs: tuple[str, ...]
