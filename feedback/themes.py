"""A shop's own themes: add one, give it words and examples, switch it off, merge two, part them again."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from feedback import journal, totals
from feedback.models import Theme, User
from feedback.orthography import fold, normalise

LONGEST_SLUG = 40
MOST_WORDS = 200


class Stale(RuntimeError):
    """It is merged already, or no longer is; look again."""


class Full(RuntimeError):
    """It has as many words as a theme may have."""


class Taken(RuntimeError):
    """There is a theme of this name."""


def add(*, name_vi: str, name_en: str, words: Sequence[str], by: User, examples: Sequence[str] = ()) -> Theme:
    """A new theme, last in the list. The reader looks for its words from the next batch on. Raises Taken."""
    with journal.recording():
        # Two presses of the button stand in line. A comment may get its themes meanwhile.
        known = list(Theme.objects.select_for_update(no_key=True).order_by("pk"))
        if _looks(name_vi, name_en) & _looks(*_names(known)):
            raise Taken(name_en)
        last = max((one.position for one in known), default=0)
        theme = Theme.objects.create(
            slug=_free_slug(name_en, {one.slug for one in known}),
            name_vi=name_vi,
            name_en=name_en,
            words=list(words),
            examples=list(examples),
            position=last + 1,
        )
        journal.log("theme made", theme, by=by, slug=theme.slug)
    return theme


def change(theme: Theme, *, by: User, **columns: Any) -> None:
    """Names, words, examples, whether it is in use. What was read stays as it was read. Raises Taken."""
    changed = [name for name, value in columns.items() if getattr(theme, name) != value]
    if not changed:
        return
    with journal.recording():
        others = list(Theme.objects.select_for_update(no_key=True).order_by("pk"))
        named = [columns[name] for name in changed if name.startswith("name_")]
        if _looks(*named) & _looks(*_names(one for one in others if one.pk != theme.pk)):
            raise Taken(named[0])
        for name in changed:
            setattr(theme, name, columns[name])
        theme.save(update_fields=changed)
        journal.log("theme changed", theme, by=by, fields=changed)


def add_words(theme: Theme, words: Sequence[str], *, by: User) -> None:
    """Those that it does not have yet, after its own. Raises Stale if it is not in use or merged, Full."""
    with journal.recording():
        in_use = Theme.objects.filter(pk=theme.pk, is_active=True, merged_into=None)
        held = in_use.select_for_update(no_key=True).first()
        if held is None:
            raise Stale(theme.slug)
        every = list(dict.fromkeys([*held.words, *words]))
        if len(every) > MOST_WORDS:
            raise Full(theme.slug)
        change(held, by=by, words=every)


def merge(theme: Theme, into: Theme, *, by: User) -> None:
    """From now on `theme` counts as `into`, in the past as well; its words still find it. Raises Stale."""
    with journal.recording():
        totals.meaning_changes()
        pair = Theme.objects.select_for_update(no_key=True).filter(
            pk__in=[theme.pk, into.pk], merged_into=None
        )
        if len(pair.order_by("pk")) != 2:
            raise Stale(theme.slug)
        Theme.objects.filter(pk=theme.pk).update(merged_into=into)
        totals.rebuild_themes([theme.slug, into.slug])
        journal.log("theme merged", theme, by=by, into=into.slug)


def part(theme: Theme, *, by: User) -> None:
    """Undo a merge: both count for themselves again, in the past as well. Raises Stale."""
    with journal.recording():
        totals.meaning_changes()
        held = Theme.objects.select_for_update(of=("self",), no_key=True).exclude(merged_into=None)
        found = held.select_related("merged_into").filter(pk=theme.pk).first()
        if found is None:
            raise Stale(theme.slug)
        under = totals.roots()[found.slug]
        Theme.objects.filter(pk=theme.pk).update(merged_into=None)
        totals.rebuild_themes([theme.slug, under])
        journal.log("theme parted", theme, by=by)


def _names(themes: Iterable[Theme]) -> Iterator[str]:
    for one in themes:
        yield from (one.name_vi, one.name_en)


def _looks(*names: str) -> set[str]:
    """Names as the eye tells them apart: letters that look alike, spaces and what is unseen make no other."""
    return {" ".join(normalise(name).casefold().split()) for name in names}


def _free_slug(name: str, taken: Collection[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", fold(name).lower()).strip("_")[: LONGEST_SLUG - 4] or "theme"
    numbered = (f"{plain}_{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(slug for slug in numbered if slug not in taken)
