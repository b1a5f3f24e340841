"""Two answers to one prompt, and which of them is better."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.blocks import plain_text
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import without
from talekeep.formats.shapes.messages_at import messages_at
from talekeep.formats.shapes.shape import Shape

# Which answer is better: 0, 1, or None where nobody says.
Verdict = int | None
_PLAIN = Shape(name="arena", title="")


@dataclass(frozen=True, slots=True)
class _Set:
    """Places of the prompt ("" where the answers hold it) and of both answers, and how the verdict is told.

    `listed`: prompt and answers are texts of JSON that list those of all turns.
    """

    prompt: str
    answers: tuple[str, str]
    verdict: Callable[[dict[str, Any]], Verdict]
    listed: bool = False

    def holds(self, record: dict[str, Any]) -> bool:
        places = (self.prompt, *self.answers) if self.prompt else self.answers
        return all(first(record, place)[1] is not MISSING for place in places)


def _of_arena(record: dict[str, Any]) -> Verdict:
    if record.get("winner") in ("model_a", "a") or record.get("winner_model_a") in (1, True, "1"):
        return 0
    won = record.get("winner") in ("model_b", "b") or record.get("winner_model_b") in (1, True, "1")
    return 1 if won else None


def _by_sign(*keys: str) -> Callable[[dict[str, Any]], Verdict]:
    """A number that is below zero where the first one is better."""

    def verdict(record: dict[str, Any]) -> Verdict:
        value = next((record[key] for key in keys if key in record), None)
        return int(value > 0) if isinstance(value, int | float) and value != 0 else None

    return verdict


def _by_number(*keys: str) -> Callable[[dict[str, Any]], Verdict]:
    """The number of the better one."""

    def verdict(record: dict[str, Any]) -> Verdict:
        value = next((record[key] for key in keys if key in record), None)
        return int(value) if value in (0, 1, "0", "1") else None

    return verdict


def _by_scores(a: str, b: str) -> Callable[[dict[str, Any]], Verdict]:
    def verdict(record: dict[str, Any]) -> Verdict:
        first_score, second_score = record.get(a), record.get(b)
        if not isinstance(first_score, int | float) or not isinstance(second_score, int | float):
            return None
        return None if first_score == second_score else int(second_score > first_score)

    return verdict


def _of_label_studio(record: dict[str, Any]) -> Verdict:
    value = first(record, "annotations.0.result.0.value.selected")[1]
    return {"left": 0, "right": 1}.get(value) if isinstance(value, str) else None


def _of_shp(record: dict[str, Any]) -> Verdict:
    return {1: 0, 0: 1}.get(record["labels"]) if record.get("labels") in (0, 1) else None


_SETS = (
    _Set("", ("conversation_a", "conversation_b"), _of_arena),
    _Set("prompt", ("response_a", "response_b"), _of_arena, listed=True),
    _Set("context", ("response1", "response2"), _by_sign("overall_preference")),
    _Set("prompt", ("response_1", "response_2"), _by_sign("preference_strength")),
    _Set("prompt", ("response_0", "response_1"), _by_number("better_response_id")),
    _Set("history", ("human_ref_A", "human_ref_B"), _of_shp),
    _Set("question.full_text|question", ("answer_0", "answer_1"), _by_scores("score_0", "score_1")),
    _Set("info.post|info.article", ("summaries.0.text", "summaries.1.text"), _by_number("choice")),
    _Set(
        "data.prompt|data.question|data.instruction",
        ("data.answer1|data.response1", "data.answer2|data.response2"),
        _of_label_studio,
    ),
)


class Comparison:
    """Two answers: Chatbot Arena, HelpSteer, SHP, WebGPT, PKU-SafeRLHF, summaries, Label Studio."""

    NAME = "arena"
    READ_ONLY = "nine sets that tell the verdict in nine ways; preference pairs hold the same"
    TITLE = "Two answers side by side: Chatbot Arena, HelpSteer, SHP, WebGPT, PKU-SafeRLHF"
    KEYS = frozenset(
        {
            "response_a",
            "response1",
            "conversation_a",
            "response_1",
            "human_ref_A",
            "answer_0",
            "summaries",
            "data",
        }
    )
    SAMPLE = """\
{"id":1,"model_a":"x","model_b":"y","prompt":"[\\"Who keeps the light?\\"]",
"response_a":"[\\"Mara does.\\"]","response_b":"[\\"No one.\\"]","winner_model_a":1}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return any(one.holds(record) for one in _SETS)

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record; the first answer counts where nobody won.

        Raises:
            BadRecord: prompt and answers are not of one length, or no texts.
        """
        require(self.claims(record), self.TITLE)
        kind = next(one for one in _SETS if one.holds(record))
        sides = _listed_sides(kind, record) if kind.listed else _sides(kind, record)
        verdict = kind.verdict(record)
        chosen, other = sides if verdict != 1 else sides[::-1]
        place = next((n for n, (a, b) in enumerate(zip(chosen, other, strict=False)) if not _same(a, b)), -1)
        model = record.get("model_a" if verdict == 1 else "model_b")
        known = {"model": model} if isinstance(model, str) else {}
        other_kind = "candidate" if verdict is None else "rejected"
        others = [Other(place, other[place:], other_kind, known)] if place >= 0 else []
        paths = (first(record, path)[0] for path in (kind.prompt, *kind.answers) if path)
        return assemble(without(record, paths), chosen, others)


def _sides(kind: _Set, record: dict[str, Any]) -> tuple[list[Message], list[Message]]:
    before = messages_at(_PLAIN, first(record, kind.prompt)[1], "user") if kind.prompt else []
    role = "assistant" if kind.prompt else "user"
    a, b = ([*before, *messages_at(_PLAIN, first(record, path)[1], role)] for path in kind.answers)
    return [_plain(m) for m in a], [_plain(m) for m in b]


def _plain(message: Message) -> Message:
    return {**message, "content": plain_text(message["content"])}


def _same(a: Message, b: Message) -> bool:
    return bool(a["role"] == b["role"] and a["content"] == b["content"])


def _listed_sides(kind: _Set, record: dict[str, Any]) -> tuple[list[Message], list[Message]]:
    asked = _texts(first(record, kind.prompt)[1], kind.prompt)
    sides = []
    for path in kind.answers:
        answers = _texts(first(record, path)[1], path)
        if len(answers) != len(asked):
            raise BadRecord(f"{path} has {len(answers)} answers to {len(asked)} prompts")
        pairs = zip(asked, answers, strict=True)
        sides.append([m for q, a in pairs for m in ({"role": "user", "content": q}, _reply(a))])
    return sides[0], sides[1]


def _reply(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _texts(value: Any, key: str) -> list[str]:
    """The texts that a list, or the JSON of one, holds; null is an answer that was empty.

    Raises:
        BadRecord: it is neither.
    """
    try:
        listed = json.loads(value) if isinstance(value, str) and value.lstrip().startswith("[") else value
    except (ValueError, RecursionError):
        listed = value
    listed = [listed] if isinstance(listed, str) else listed
    if not isinstance(listed, list) or not all(text is None or isinstance(text, str) for text in listed):
        raise BadRecord(f"{key} lists no texts")
    return ["" if text is None else text for text in listed]
