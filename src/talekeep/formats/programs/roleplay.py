"""Histories of programs for roleplay that keep a chat in one object."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import is_true
from talekeep.formats.conversation.paths import without
from talekeep.formats.files.marked_text import transcript_in

# Stands where a greeting has no turn of the user before it.
_GREETED = "<|BEGIN-VISIBLE-CHAT|>"


class TextGeneration:
    """text-generation-webui: `internal` is what was said, `visible` the same as HTML."""

    NAME = "textgen"
    READ_ONLY = "a history with the HTML that its program shows"
    TITLE = "text-generation-webui histories"
    KEYS = frozenset({"internal", "data"})
    SAMPLE = """\
{"internal":[["<|BEGIN-VISIBLE-CHAT|>","You came."],["I did.","Good."]],
"visible":[["","You came."],["I did.","Good."]]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return _are_pairs(record.get("internal")) or (
            _are_pairs(record.get("data")) and _are_pairs(record.get("data_visible"))
        )

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; a greeting has no turn of the user before it.

        Raises:
            BadRecord: it has no messages.
        """
        require(self.claims(record), self.TITLE)
        key = "internal" if _are_pairs(record.get("internal")) else "data"
        metadata = record.get("metadata")
        known = metadata if isinstance(metadata, dict) else {}
        messages: list[Message] = []
        others: list[Other] = []
        for number, (user, reply) in enumerate(record[key]):
            if user != _GREETED and (user or number):
                messages.append({"role": "user", "content": user})
            if reply:
                others += _versions(known.get(f"assistant_{number}"), reply, len(messages))
                messages.append({"role": "assistant", "content": reply})
        shown = [name for name in ("visible", "data_visible") if _shows(record.get(name), record[key])]
        return assemble(without(record, [key, *shown]), messages, others)


def _are_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(p, list) and len(p) == 2 and all(isinstance(t, str) for t in p) for p in value)
    )


def _shows(visible: Any, internal: list[list[str]]) -> bool:
    """True if the program shows what was said, as HTML; a translation is something else."""
    if not _are_pairs(visible) or len(visible) != len(internal):
        return False
    shown = [[html.unescape(text) for text in pair] for pair in visible]
    return shown == [["" if text == _GREETED else text for text in pair] for pair in internal]


def _versions(about: Any, reply: str, place: int) -> Iterator[Other]:
    versions = about.get("versions") if isinstance(about, dict) else None
    for version in versions if isinstance(versions, list) else ():
        text = version.get("content") if isinstance(version, dict) else None
        if isinstance(text, str) and text != reply:
            yield Other(place, [{"role": "assistant", "content": text}], "swipe")


class Kobold:
    """KoboldAI and Kobold Lite: a `prompt` and `actions`, who speaks marked in the texts or by turns."""

    NAME = "kobold"
    READ_ONLY = "a story in pieces, whose speakers are marked in the texts"
    TITLE = "KoboldAI and Kobold Lite saves"
    KEYS = frozenset({"actions"})
    SAMPLE = """\
{"gamestarted":true,"prompt":"Wren: Hi","memory":"Mara keeps the light.",
"actions":["\\nMara: Hello","\\nWren: Who keeps the light?"],"worldinfo":[]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        actions = record.get("actions")
        return isinstance(actions, list) and "prompt" in record and all(isinstance(a, str) for a in actions)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; memory is the system prompt. Of a story without marks what begins with
        `>` is the user's; see `_story`. Texts that were not taken are swipes.

        Raises:
            BadRecord: it has no messages.
        """
        require(self.claims(record), self.TITLE)
        texts = [text for text in (record["prompt"], *record["actions"]) if isinstance(text, str)]
        whole = "".join(texts)
        others: list[Other] = []
        if "{{[INPUT]}}" in whole or "{{[OUTPUT]}}" in whole:
            messages = _instructed(whole)
        else:
            lines = "\n".join(text.strip("\n") for text in texts if text.strip())
            messages = transcript_in(lines) or _story(
                texts, first(record, "savedsettings.opmode")[1] == _STORY
            )
            others = list(_not_taken(record.get("actions_metadata"), messages))
        taken = ["prompt", "actions"]
        memory = record.get("memory")
        if isinstance(memory, str) and memory.strip():
            messages = [{"role": "system", "content": memory}, *messages]
            others = [replace(other, place=other.place + 1) for other in others]
            taken.append("memory")
        return assemble(without(record, taken), messages, others)


_MARK = re.compile(r"\{\{\[(INPUT|OUTPUT)\]\}\}")


def _instructed(whole: str) -> list[Message]:
    head, *pieces = _MARK.split(whole)
    messages: list[Message] = [{"role": "system", "content": head}] if head.strip() else []
    for mark, text in zip(pieces[::2], pieces[1::2], strict=True):
        if text.strip():
            messages.append({"role": "user" if mark == "INPUT" else "assistant", "content": text.strip("\n")})
    return messages


# The mode of Kobold Lite in which the program goes on with what the player began.
_STORY = 1


def _story(texts: list[str], continued: bool) -> list[Message]:
    """The opening, then what the program and the player wrote; what nobody marks is the program's.

    A story that is continued, or has one action alone, was opened by the player; else the first action,
    which stands before an answer, is the player's.
    """
    first_of_player = 0 if continued or len(texts) <= 2 else 1
    messages: list[Message] = []
    for number, text in enumerate(texts):
        action = text.lstrip().startswith(">")
        role = "user" if action or number == first_of_player else "assistant"
        if text.strip():
            messages.append({"role": role, "content": text.strip("\n")})
    return messages


def _not_taken(metadata: Any, messages: list[Message]) -> Iterator[Other]:
    """Other texts that an action could have had, as KoboldAI keeps them, beside the message that has the
    text which was taken."""
    held = metadata.values() if isinstance(metadata, dict) else ()
    for about in (one for one in held if isinstance(one, dict)):
        chosen, others = about.get("Selected Text"), about.get("Alternative Text")
        place = next((n for n, m in enumerate(messages) if _same_text(m["content"], chosen)), -1)
        for other in others if isinstance(others, list) and place >= 0 else ():
            text = other.get("Text") if isinstance(other, dict) else None
            if isinstance(text, str) and text and not _same_text(text, chosen):
                message = {**messages[place], "content": text.strip("\n")}
                yield Other(place, [message], "swipe")


def _same_text(a: str, b: Any) -> bool:
    return isinstance(b, str) and a.strip() == b.strip()


class CharacterAI:
    """character.ai as its server answers: the newest turn first, with all candidates of each."""

    NAME = "characterai"
    READ_ONLY = "an account export, which no program takes in"
    TITLE = "character.ai chats with candidates"
    KEYS = frozenset({"turns", "messages"})
    SAMPLE = """\
{"history_id":"h","messages":[
{"author":{"name":"Wren","is_human":true},"candidates":[{"raw_content":"Who keeps the light?"}]},
{"author":{"name":"Mara"},"candidates":[{"raw_content":"Mara does."},{"raw_content":"Nobody."}]}]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return (
            first(record, "turns.0.candidates.0.raw_content|messages.0.candidates.0.raw_content")[1]
            is not MISSING
        )

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one chat, in the order of its times where it has them.

        Raises:
            BadRecord: a turn without a text.
        """
        require(self.claims(record), self.TITLE)
        key, turns = first(record, "turns|messages")
        messages: list[Message] = []
        others: list[Other] = []
        for turn in _in_order(turns):
            texts, at = _candidates(turn)
            author = turn.get("author")
            about = author if isinstance(author, dict) else {}
            role = "user" if is_true(about.get("is_human")) else "assistant"
            named = (
                {"name": about["name"]}
                if isinstance(about.get("name"), str) and about["name"].strip()
                else {}
            )
            rest = without(turn, ["author", "candidates"])
            others += (
                Other(len(messages), [{"role": role, "content": text, **named}], "swipe")
                for place, text in enumerate(texts)
                if place != at and text != texts[at]
            )
            messages.append({**rest, "role": role, "content": texts[at], **named})
        return assemble(without(record, [key]), messages, others)


def _in_order(turns: list[Any]) -> list[dict[str, Any]]:
    if not all(isinstance(turn, dict) for turn in turns):
        raise BadRecord("a turn that is no object")
    times = [turn.get("create_time") for turn in turns]
    if all(isinstance(time, str) for time in times):
        return sorted(turns, key=lambda turn: str(turn["create_time"]))
    return turns


def _candidates(turn: dict[str, Any]) -> tuple[list[str], int]:
    """The texts a turn could have, and the place of the one it has."""
    listed = turn.get("candidates")
    held = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    texts = [one.get("raw_content") for one in held]
    if not texts or len(held) != len(listed or ()) or not all(isinstance(text, str) for text in texts):
        raise BadRecord("a turn without a text")
    chosen = turn.get("primary_candidate_id")
    ids = [one.get("candidate_id") for one in held]
    return [str(text) for text in texts], ids.index(chosen) if chosen in ids else 0
