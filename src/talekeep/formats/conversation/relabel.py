"""Turns of a record under other labels, before a format reads it: labels of a map that no format takes for a
speaker (blank ones, spellings of roles), and thoughts, which belong to the reply that follows them."""

from collections.abc import Mapping
from typing import Any

from talekeep.core.entry_edit.speakers import DROP
from talekeep.core.entry_edit.speakers import Casting
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.slug import slug
from talekeep.formats.conversation.roles import THOUGHTS
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.conversation.roles import is_call
from talekeep.formats.conversation.turns import find
from talekeep.formats.conversation.turns import keys_of


def special_labels(wanted: Casting) -> dict[str, Speaker]:
    """The labels of a map, folded, that have to be looked for before a record is read."""
    return {
        label.casefold(): speaker
        for label, speaker in wanted.spelled.items()
        if not slug(label) or canonical_role(label) is not None or is_call(label)
    }


def with_labels(
    record: dict[str, Any], special: Mapping[str, Speaker]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The record with the turns of these labels spoken by whom the map says, or left out; and who that was,
    by label."""
    result = find(record)
    if result is None or result.pair or result.spelled is not None:
        return record, {}
    keys = next(filter(None, (keys_of(turn) for turn in result.turns if isinstance(turn, dict))), None)
    if keys is None:
        return record, {}
    used: dict[str, str] = {}
    turns = []
    for turn in result.turns:
        label = _label(turn, keys[0])
        speaker = None if label is None else special.get(label.casefold())
        if label is not None and speaker is not None:
            used[label] = str(speaker)
            if speaker.role == DROP:
                continue
            turn = _spoken(turn, keys[0], speaker)
        turns.append(turn)
    return ({**record, result.key: turns}, used) if used else (record, {})


def _label(turn: Any, key: str) -> str | None:
    """The trimmed label of a turn, "" where it has none; None for no turn, or a label that is no text."""
    label = turn.get(key) if isinstance(turn, dict) else 0
    return "" if label is None else label.strip() if isinstance(label, str) else None


def _spoken(turn: dict[str, Any], key: str, speaker: Speaker) -> dict[str, Any]:
    named = {"name": speaker.slug} if speaker.role and speaker.slug and key != "name" else {}
    # Without a role of its own the name is a label like others.
    return {**turn, key: speaker.role or speaker.slug, **named}


def with_thoughts(record: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The record with each thought as the `reasoning_content` of the reply behind it, and how many it had."""
    result = find(record)
    if result is None or result.pair or result.spelled is not None:
        return record, 0
    turns: list[Any] = []
    # Thoughts that wait for their reply, with their texts.
    waiting: list[tuple[Any, str]] = []
    count = 0
    for turn in result.turns:
        text = _thought(turn)
        if text is not None:
            waiting.append((turn, text))
            continue
        if waiting and _is_reply(turn):
            own = turn.get("reasoning_content")
            texts = [text for _, text in waiting] + ([own] if isinstance(own, str) and own else [])
            turn = {**turn, "reasoning_content": "\n".join(texts)}
            count += len(waiting)
            waiting = []
        turns += [*(thought for thought, _ in waiting), turn]
        waiting = []
    turns += (thought for thought, _ in waiting)
    return ({**record, result.key: turns}, count) if count else (record, 0)


def _thought(turn: Any) -> str | None:
    """The text of a turn that is a thought; None for another one."""
    keys = keys_of(turn) if isinstance(turn, dict) else None
    if keys is None:
        return None
    label, text = turn[keys[0]], turn[keys[1]]
    return text if isinstance(label, str) and isinstance(text, str) and slug(label) in THOUGHTS else None


def _is_reply(turn: Any) -> bool:
    keys = keys_of(turn) if isinstance(turn, dict) else None
    return keys is not None and canonical_role(turn[keys[0]]) == "assistant"
