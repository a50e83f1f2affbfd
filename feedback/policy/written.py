"""Terms written down: as a TOML file, and what differs between two of them. Plain Python."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_BARE = ("starts_on", "ends_on")
_HEAD = ("version", "comment", *_BARE)
_SECTIONS = ("windows", "goodwill", "costs", "money", "own_fault", "goodwill_by_problem", "alternatives")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place, as `goodwill.share_of_order`. None: it was not there, or is there no more."""

    path: str
    before: Any
    after: Any


def to_toml(data: Mapping[str, Any]) -> str:
    """`Terms.from_toml(to_toml(terms.as_dict())) == terms`."""
    lines = [f"{name} = {_value(name, data[name])}" for name in _HEAD if data.get(name) is not None]
    for section in _SECTIONS:
        lines += _table(section, data[section])
    return "\n".join(lines) + "\n"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What the second one says otherwise, in the order of a policy file; sums as written, 10 and 10.0 alike.

    Version and comment name a policy and are not part of what it says.
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Change(path=path, before=old.get(path), after=new.get(path))
        for path in sorted(paths, key=_place)
        if _plain(old.get(path)) != _plain(new.get(path))
    ]


def _flat(data: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        path = f"{place}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif path not in ("version", "comment") and value is not None:
            yield path, value


def _plain(value: Any) -> Any:
    """Numbers given as text and as numbers are the same."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _place(path: str) -> int:
    section = path.partition(".")[0]
    return _SECTIONS.index(section) if section in _SECTIONS else -1


def _table(name: str, table: Mapping[str, Any]) -> list[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    own = [f"{key} = {_value(key, value)}" for key, value in table.items() if key not in inner]
    lines = ["", f"[{name}]", *own] if own or not inner else []
    for key, value in inner.items():
        lines += _table(f"{name}.{key}", value)
    return lines


def _value(name: str, value: Any) -> str:
    if name in _BARE:
        return str(value)  # TOML has days of its own
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value('', item) for item in value)}]"
    # JSON's strings and numbers are TOML's, but for the one control character JSON lets pass.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
