"""RULE: one change of a survey's definition, as its builder makes it. JSON in, new JSON out.

A definition under work may be incomplete – a text that still waits for its translation –, so nothing here
refuses it: `faults` tells what stands between it and being published.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from surveys import answers, definitions
from surveys.definitions import BadDefinition
from surveys.questions import CONTACT_FIELDS, LANGUAGES, Kind

Json = dict[str, Any]
MOST_SPARE = 3
"""Empty lines that a page offers below the choices, rows and conditions there are."""
_WITH_CHOICES = definitions.WITH_CHOICES
_EMPTY = {"vi": "", "en": ""}
# A row of bare figures does not say which end is the good one. To begin with; every word can be changed.
_ENDS = {
    Kind.SCALE_10: (
        {"vi": "chắc chắn không", "en": "not at all likely"},
        {"vi": "chắc chắn có", "en": "very likely"},
    ),
    Kind.EFFORT: ({"vi": "rất khó", "en": "very hard"}, {"vi": "rất dễ", "en": "very easy"}),
}
_ID = re.compile(r"[^a-z0-9]+")


class NoSuchQuestion(LookupError):
    """The definition has no question of this id (any more)."""


class Full(ValueError):
    """The definition has as many questions as one may have."""


def blank() -> Json:
    return {"title": dict(_EMPTY), "questions": []}


def questions_of(definition: Mapping[str, Any]) -> list[Json]:
    """As they are; those that are no objects are left out."""
    return _objects(definition.get("questions"))


def find(definition: Mapping[str, Any], name: str) -> Json:
    """Raises NoSuchQuestion."""
    for question in questions_of(definition):
        if question.get("id") == name:
            return question
    raise NoSuchQuestion(name)


def add(definition: Json, kind: Kind) -> tuple[Json, str]:
    """A question of this kind at the end, and its id. Raises Full."""
    made = copy.deepcopy(definition)
    questions = made["questions"] = _with_room(made)
    name = _free_id("q", {str(one.get("id")) for one in questions})
    question: Json = {"id": name, "kind": kind.value, "words": dict(_EMPTY)}
    if kind in _WITH_CHOICES:
        question["choices"] = [{"id": "a", "words": dict(_EMPTY)}, {"id": "b", "words": dict(_EMPTY)}]
    if kind in _ENDS:
        question["low"], question["high"] = map(dict, _ENDS[kind])
    if kind == Kind.GRID:
        question["rows"] = [{"id": "r1", "words": dict(_EMPTY)}]
    if kind == Kind.CONTACT:
        question["fields"] = list(CONTACT_FIELDS)
    if kind == Kind.CONSENT:
        question["purpose"] = "advertising"
    questions.append(question)
    return made, name


def replace(definition: Json, name: str, question: Json) -> Json:
    """Raises NoSuchQuestion."""
    made = copy.deepcopy(definition)
    made["questions"] = [question if one.get("id") == name else one for one in questions_of(made)]
    find(made, str(question.get("id")))
    return made


def _with_room(definition: Json) -> list[Json]:
    questions = questions_of(definition)
    if len(questions) >= definitions.MOST_QUESTIONS:
        raise Full
    return questions


def move(definition: Json, name: str, by: int) -> Json:
    """By so many places; at either end it stays. Raises NoSuchQuestion."""
    questions = questions_of(definition)
    place = questions.index(find(definition, name))
    return order(definition, _moved([str(one.get("id")) for one in questions], place, place + by))


def order(definition: Json, names: Sequence[str]) -> Json:
    """In this order; questions that are not named keep their order behind it."""
    made = copy.deepcopy(definition)
    rank = {name: place for place, name in enumerate(names)}
    made["questions"] = sorted(questions_of(made), key=lambda one: rank.get(str(one.get("id")), len(rank)))
    return made


def duplicate(definition: Json, name: str) -> Json:
    """A copy right behind it, under an id of its own; only one question can mean what it means. Raises
    NoSuchQuestion, Full."""
    made = copy.deepcopy(definition)
    questions = made["questions"] = _with_room(made)
    source = find(made, name)
    twin = copy.deepcopy(source) | {"id": _free_id(name, {str(one.get("id")) for one in questions})}
    twin.pop("meaning", None)
    questions.insert(questions.index(source) + 1, twin)
    return made


def remove(definition: Json, name: str) -> Json:
    """Conditions that looked at it go with it. Raises NoSuchQuestion."""
    find(definition, name)
    made = copy.deepcopy(definition)
    made["questions"] = [one for one in questions_of(made) if one.get("id") != name]
    for question in made["questions"]:
        _forget(question, name)
    return made


def _forget(question: Json, name: str) -> None:
    condition = question.get("show_if")
    tests = condition.get("of") if isinstance(condition, dict) else None
    if not isinstance(tests, list) or not isinstance(condition, dict):
        return
    rest = [one for one in tests if not (isinstance(one, dict) and one.get("question") == name)]
    if rest:
        question["show_if"] = condition | {"of": rest}
    else:
        del question["show_if"]


def from_form(question: Mapping[str, Any], form: Mapping[str, str], several: Mapping[str, list[str]]) -> Json:
    """The question as a page sent it. `several`: the fields that may come more than once.

    What cannot be right is kept as typed, so that the page can name it and nothing is lost.
    """
    kind = question.get("kind")
    made: Json = {"id": question.get("id"), "kind": kind, "words": _texts(form, "words")}
    for name in ("help", "low", "high"):
        if any(texts := _texts(form, name).values()):
            made[name] = dict(zip(LANGUAGES, texts, strict=True))
    if form.get("required") and kind != Kind.CONSENT:
        made["required"] = True
    if form.get("meaning"):
        made["meaning"] = form["meaning"]
    for name in ("least", "most"):
        if form.get(name, "").strip():
            made[name] = _number_or_text(form[name]) if kind == Kind.NUMBER else form[name].strip()
    if kind in _WITH_CHOICES:
        made["choices"] = _with_fixed(form.get("meaning", ""), list(_listed(form, "choice")))
    if kind == Kind.GRID:
        made["rows"] = list(_listed(form, "row"))
    if kind == Kind.CONTACT:
        made["fields"] = several.get("fields", [])
    if kind == Kind.CONSENT:
        made["purpose"] = form.get("purpose", "").strip()
    if most := form.get("asked_at_most", "").strip():
        made["asked_at_most"] = _number_or_text(most)
    if tests := condition(form):
        made["show_if"] = tests
    return made


def sketch(question: Mapping[str, Any]) -> Json:
    """As far as it is written, with dots for the words still to come: what a preview draws."""
    made = copy.deepcopy(dict(question))
    for one in (made, *_objects(made.get("choices")), *_objects(made.get("rows"))):
        words = one.get("words")
        if isinstance(words, dict):
            one["words"] = {language: words.get(language) or "…" for language in _EMPTY}
    return made


def _objects(raw: Any) -> list[Json]:
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def condition(form: Mapping[str, str]) -> Json | None:
    """As a page sent it, right or not; None: no line was chosen."""
    tests = list(_tests(form))
    return {"match": "any" if form.get("match") == "any" else "all", "of": tests} if tests else None


def faults(definition: Mapping[str, Any]) -> list[BadDefinition]:
    """Each question that cannot be asked yet, with why; then what is wrong with all of them together."""
    found = []
    for place, question in enumerate(questions_of(definition), start=1):
        try:
            definitions.load_question(question)
        except BadDefinition as fault:
            fault.place = place
            found.append(fault)
    if not found:
        try:
            definitions.load(definition)
        except BadDefinition as fault:
            found.append(fault)
    return found


@cache
def _fixed_choices() -> Mapping[str, Sequence[Json]]:
    """By meaning: the choices of a question that the shop acts on, in the words of the shipped surveys."""
    shipped = Path(__file__).with_name("shipped")
    names = ("exit_interview.json", "post_purchase.json")
    asked = [one for name in names for one in json.loads((shipped / name).read_text("utf-8"))["questions"]]
    return {one["meaning"]: one["choices"] for one in asked if one.get("meaning") in definitions.FIXED}


def _with_fixed(meaning: str, typed: list[Json]) -> list[Json]:
    """Where the meaning knows its choices by their ids, those that are missing are laid down to be reworded:
    no page offers ids to type. What else was typed stays behind them, and is named as a fault."""
    fixed = _fixed_choices().get(meaning, ())
    own = {one["id"]: one for one in typed}
    known = [own.pop(one["id"]) if one["id"] in own else copy.deepcopy(one) for one in fixed]
    return [*known, *own.values()]


def _texts(form: Mapping[str, str], name: str) -> dict[str, str]:
    return {language: form.get(f"{name}-{language}", "").strip() for language in LANGUAGES}


def _listed(form: Mapping[str, str], name: str) -> Iterator[Json]:
    """Choices or rows in their order; a line without any words is gone."""
    taken = {form.get(f"{name}-{line}-id", "") for line in range(definitions.MOST_CHOICES)}
    for line in range(definitions.MOST_CHOICES):
        key = f"{name}-{line}"
        words, help_ = _texts(form, f"{key}-words"), _texts(form, f"{key}-help")
        if not any(words.values()):
            continue
        given = form.get(f"{key}-id", "")
        if not given:
            taken.add(given := _free_id(_slug(words["en"]) or name[0], taken))
        one: Json = {"id": given, "words": words}
        if any(help_.values()):
            one["help"] = help_
        if form.get(f"{key}-points", "").strip() not in ("", "0"):
            one["points"] = _number_or_text(form[f"{key}-points"])
        if form.get(f"{key}-picture", "").strip():
            one["picture"] = form[f"{key}-picture"].strip()
        yield one


def _tests(form: Mapping[str, str]) -> Iterator[Json]:
    """A line of the conditions is “about:name:test:ids”, with a value typed beside it where it needs one."""
    for line in range(20):
        about, _colon, rest = form.get(f"test-{line}", "").partition(":")
        if about == "language":
            yield {"language": rest}
        elif about in ("question", "fact"):
            name, test, ids = [*rest.split(":", 2), "", ""][:3]
            typed = form.get(f"test-{line}-value", "").strip()
            yield {about: name, test: _wanted(test, ids or typed)}


def _wanted(test: str, given: str) -> Any:
    if test == "answered":
        return given == "yes"
    if test in ("is", "is_not"):
        return [one.strip() for one in given.split(",") if one.strip()]
    return answers.plain_number(given) or given


def _number_or_text(text: str) -> Any:
    """500.000 is half a million, as customers' answers are read; what is no number stays as typed."""
    plain = answers.plain_number(text) or text.strip()
    return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else plain


def _slug(words: str) -> str:
    bare = _ID.sub("_", words.lower()).strip("_")[:30]
    return bare if bare[:1].isalpha() else ""


def _free_id(base: str, taken: set[str]) -> str:
    """`base` itself for a word, with the first number that is free otherwise."""
    stem = re.sub(r"_?\d+$", "", base)[:34] or "q"
    if len(base) > 1 and base not in taken:
        return base
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _moved(names: list[str], place: int, to: int) -> list[str]:
    rest = names[:place] + names[place + 1 :]
    to = max(0, min(to, len(rest)))
    return [*rest[:to], names[place], *rest[to:]]
