"""Answers kept for the next time: people write with the same few thousand words."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Answer = TypeVar("Answer")
MOST = 20_000  # answers kept; then all are forgotten, which costs less than knowing which is the oldest
LONGEST = 40  # characters of a question worth keeping


class Remembered(dict[str, Answer]):
    """`remembered[question]` asks once. A dict, not lru_cache: looking up must not write to memory."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__()
        self.ask = ask

    def __missing__(self, question: str) -> Answer:
        answer = self.ask(question)
        if len(question) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[question] = answer
        return answer

    def answers(self, questions: Iterable[str]) -> Iterator[Answer]:
        return map(self.__getitem__, questions)
