"""Histories of programs for roleplay that keep a chat in one object."""

import re
from collections.abc import Iterator
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.assemble import Other
from talekeep.formats.assemble import assemble
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.marked_text import transcript_in
from talekeep.formats.paths import without
from talekeep.formats.shapes.said import said
from talekeep.formats.shapes.shape import Shape


class TextGeneration:
    """text-generation-webui: `internal` is what was said, `visible` the same as HTML."""

    NAME = "textgen"
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
            if user != "<|BEGIN-VISIBLE-CHAT|>" and (user or number):
                messages.append({"role": "user", "content": user})
            if reply:
                others += _versions(known.get(f"assistant_{number}"), reply, len(messages))
                messages.append({"role": "assistant", "content": reply})
        return assemble(without(record, [key, "visible", "data_visible"]), messages, others)


def _are_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(p, list) and len(p) == 2 and all(isinstance(t, str) for t in p) for p in value)
    )


def _versions(about: Any, reply: str, place: int) -> Iterator[Other]:
    versions = about.get("versions") if isinstance(about, dict) else None
    for version in versions if isinstance(versions, list) else ():
        text = version.get("content") if isinstance(version, dict) else None
        if isinstance(text, str) and text != reply:
            yield Other(place, [{"role": "assistant", "content": text}], "swipe")


class Kobold:
    """KoboldAI and Kobold Lite: a `prompt` and `actions`, who speaks marked in the texts or by turns."""

    NAME = "kobold"
    TITLE = "KoboldAI and Kobold Lite saves"
    KEYS = frozenset({"actions"})
    SAMPLE = """\
{"gamestarted":true,"prompt":"Wren: Hi","memory":"Mara keeps the light.",
"actions":["\\nMara: Hello","\\nWren: Who keeps the light?"],"worldinfo":[]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        actions = record.get("actions")
        return isinstance(actions, list) and "prompt" in record and all(isinstance(a, str) for a in actions)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; memory is the system prompt. A story without marks is told by the assistant, and
        the user's actions, which begin with `>`, are the user's.

        Raises:
            BadRecord: it has no messages.
        """
        require(self.claims(record), self.TITLE)
        texts = [
            text for text in (record["prompt"], *record["actions"]) if isinstance(text, str) and text.strip()
        ]
        whole = "".join(texts)
        if "{{[INPUT]}}" in whole or "{{[OUTPUT]}}" in whole:
            messages = _instructed(whole)
        else:
            messages = transcript_in("\n".join(text.strip("\n") for text in texts)) or list(_told(texts))
        taken = ["prompt", "actions"]
        memory = record.get("memory")
        if isinstance(memory, str) and memory.strip():
            messages = [{"role": "system", "content": memory}, *messages]
            taken.append("memory")
        return assemble(without(record, taken), messages)


_MARK = re.compile(r"\{\{\[(INPUT|OUTPUT)\]\}\}")


def _instructed(whole: str) -> list[Message]:
    head, *pieces = _MARK.split(whole)
    messages: list[Message] = [{"role": "system", "content": head}] if head.strip() else []
    for mark, text in zip(pieces[::2], pieces[1::2], strict=True):
        if text.strip():
            messages.append({"role": "user" if mark == "INPUT" else "assistant", "content": text.strip("\n")})
    return messages


def _told(texts: list[str]) -> Iterator[Message]:
    for number, text in enumerate(texts):
        action = text.lstrip().startswith(">")
        if not action and number == 1 and len(texts) > 2:
            # What stands behind the opening and before an answer is what the player wrote.
            action = True
        yield {"role": "user" if action else "assistant", "content": text.strip("\n")}


class Arena:
    """Two answers and who was better: Chatbot Arena, HelpSteer3."""

    NAME = "arena"
    TITLE = "Two answers side by side: Chatbot Arena, HelpSteer3"
    KEYS = frozenset({"response_a", "response1", "conversation_a"})
    SAMPLE = """\
{"id":1,"model_a":"x","model_b":"y","prompt":"[\\"Who keeps the light?\\"]",
"response_a":"[\\"Mara does.\\"]","response_b":"[\\"No one.\\"]","winner_model_a":1}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return any(keys <= record.keys() for keys in _ARENA_KEYS)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; the first answer counts where nobody won.

        Raises:
            BadRecord: prompt and answers are not of one length, or no texts.
        """
        require(self.claims(record), self.TITLE)
        taken = next(keys for keys in _ARENA_KEYS if keys <= record.keys())
        a, b = _sides(record)
        first_wins = not _second_won(record)
        chosen, other = (a, b) if first_wins else (b, a)
        place = next((n for n, pair in enumerate(zip(chosen, other, strict=False)) if pair[0] != pair[1]), -1)
        models = [record.get("model_a"), record.get("model_b")]
        model = models[1 if first_wins else 0]
        known = {"model": model} if isinstance(model, str) else {}
        others = [Other(place, other[place:], "rejected", known)] if place >= 0 else []
        return assemble(without(record, taken), chosen, others)


_ARENA_KEYS: tuple[frozenset[str], ...] = (
    frozenset({"conversation_a", "conversation_b"}),
    frozenset({"prompt", "response_a", "response_b"}),
    frozenset({"context", "response1", "response2"}),
)


def _second_won(record: dict[str, Any]) -> bool:
    preference = record.get("overall_preference")
    if isinstance(preference, int | float) and not isinstance(preference, bool):
        return preference > 0
    return record.get("winner") in ("model_b", "b") or record.get("winner_model_b") in (1, True)


def _sides(record: dict[str, Any]) -> tuple[list[Message], list[Message]]:
    plain, turns = Shape(name="arena", title=""), Shape(name="arena", title="", how="alternate")
    if "conversation_a" in record:
        return said(plain, record["conversation_a"], "user"), said(plain, record["conversation_b"], "user")
    if "context" in record:
        before = said(plain, record["context"], "user")
        sides = [[*before, *said(plain, record[key], "assistant")] for key in ("response1", "response2")]
        return sides[0], sides[1]
    asked = [m["content"] for m in said(turns, record["prompt"], "user")]
    sides = []
    for key in ("response_a", "response_b"):
        answers = [m["content"] for m in said(turns, record[key], "assistant")]
        if len(answers) != len(asked):
            raise BadRecord(f"{key} has {len(answers)} answers to {len(asked)} prompts")
        pairs = zip(asked, answers, strict=True)
        sides.append(
            [
                {"role": r, "content": t}
                for pair in pairs
                for r, t in zip(("user", "assistant"), pair, strict=True)
            ]
        )
    return sides[0], sides[1]
