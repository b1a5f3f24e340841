"""Text files of published sets: dialogues with numbered lines (ParlAI) and with `__eou__` (DailyDialog)."""

import re
from collections.abc import Iterator
from typing import Any

# `3 what was said<tab>the reply<tab><tab>candidates`, counted anew in each dialogue.
_NUMBERED = re.compile(r"(\d{1,4}) (.+)")
_PERSONA = re.compile(r"(?:your|partner's) persona: (.+)")
_END = "__eou__"


def dialogues_in(text: str) -> list[dict[str, Any]] | None:
    """The dialogues of a text as records; None for any other text."""
    lines = [line for line in text.split("\n") if line.strip()]
    if lines and all(line.rstrip().endswith(_END) for line in lines):
        turns = ([turn.strip() for turn in line.split(_END) if turn.strip()] for line in lines)
        return [{"dialog": dialog} for dialog in turns]
    return list(_numbered(lines)) if lines and all(map(_NUMBERED.match, lines)) and "\t" in text else None


def _numbered(lines: list[str]) -> Iterator[dict[str, Any]]:
    dialogue: dict[str, Any] = {}
    for line in lines:
        match = _NUMBERED.match(line)
        number, spoken = (match[1], match[2]) if match else ("", line)
        if number == "1" and dialogue:
            yield dialogue
            dialogue = {}
        persona = _PERSONA.fullmatch(spoken.strip())
        if persona:
            dialogue.setdefault("personality", []).append(persona[1])
            continue
        utterance, *rest = spoken.split("\t")
        dialogue.setdefault("dialog", []).extend([utterance, *(text for text in rest[:1] if text)])
    if dialogue:
        yield dialogue
