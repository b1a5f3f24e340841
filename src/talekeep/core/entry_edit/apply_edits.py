"""Edits made to what a format could show of an entry, carried over to the entry itself."""

from collections.abc import Callable
from typing import Any
from typing import TypeAlias

from talekeep.core.content import is_plain_text
from talekeep.core.content import with_words
from talekeep.core.entry import Entry
from talekeep.core.merge.align import same
from talekeep.core.merge.message_pairs import pairing

# A key and the value shown: True where its absence says nothing, because programs drop it unasked.
Drops: TypeAlias = Callable[[str, Any], bool]


def _never(key: str, value: Any) -> bool:
    return False


def lift(real: Entry, shown: Entry, theirs: Entry, drops: Drops = _never) -> Entry:
    """Apply to `real` the edits between `shown` and `theirs`.

    `shown` is what another format could hold of `real`. A value that is the same in `shown` and `theirs`
    keeps its real form, and what was never shown has not changed.

    `lift(real, shown, shown)` is `real`; `lift(real, real, theirs)` is `theirs`.
    """
    lifted: Entry = {}
    for key, value in theirs.items():
        if key not in shown or not same(shown[key], value):
            lifted[key] = _edited(key, real.get(key), shown.get(key), value, drops)
        elif key in real:
            lifted[key] = real[key]
    for key, value in real.items():
        if key not in theirs and (key not in shown or drops(key, shown[key])):
            lifted[key] = value
    return lifted


def _edited(key: str, real: Any, shown: Any, theirs: Any, drops: Drops) -> Any:
    if isinstance(real, dict) and isinstance(shown, dict) and isinstance(theirs, dict):
        return lift(real, shown, theirs, drops)
    lists = all(isinstance(side, list) for side in (real, shown, theirs))
    if key == "tags" and lists:
        hidden = [tag for tag in real if tag not in shown]
        return [*hidden, *(tag for tag in theirs if tag not in hidden)]
    # Words that were changed where only words are shown: reasoning, calls and pictures stay beside them.
    if key == "content" and isinstance(real, list) and isinstance(shown, str) and isinstance(theirs, str):
        return theirs if is_plain_text(real) else with_words(real, theirs)
    # Each message must have been shown as one message, or the pairs are not known.
    if key == "messages" and lists and len(real) == len(shown):
        return _messages(real, shown, theirs, drops)
    return theirs


def _messages(real: list[Any], shown: list[Any], theirs: list[Any], drops: Drops) -> list[Any]:
    lifted = [*theirs]
    for j, i in pairing(shown, theirs).trusted().items():
        if same(shown[i], theirs[j]):
            lifted[j] = real[i]
        elif all(isinstance(side, dict) for side in (real[i], shown[i], theirs[j])):
            lifted[j] = lift(real[i], shown[i], theirs[j], drops)
    return lifted
