"""How long a source lets a reply be: Google counts bytes, the app stores count characters."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`kind`: "bytes" of UTF-8 or "characters"; `size`: the most that is allowed."""

    kind: str
    size: int

    def __post_init__(self) -> None:
        if self.kind not in {"bytes", "characters"}:
            raise ValueError(f"kind: “{self.kind}” is neither bytes nor characters")
        if self.size < 1:
            raise ValueError("size: must be 1 or more")

    def measure(self, text: str) -> int:
        return len(text.encode(errors="replace")) if self.kind == "bytes" else len(text)

    def allows(self, text: str) -> bool:
        return self.measure(text) <= self.size
