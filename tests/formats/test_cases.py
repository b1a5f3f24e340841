"""Files as people have them: how many conversations each holds, who speaks, and that no text is lost."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats import recognise
from talekeep.formats.base import Reading
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split

_SHARED = Path(__file__).parents[2] / "../shared"

# File → the formats of its records, the roles of all messages (first letters, sorted and counted), refused.
CASES: dict[str, tuple[dict[str, int], dict[str, int], int]] = {
    "cases/formats/01a-bare-list-per-line.jsonl": ({"sharegpt": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/formats/01d-one-turn-per-line.jsonl": ({"sharegpt": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/formats/02-trailing-commas.json": ({"chatml": 1}, {"user": 1, "assistant": 1}, 1),
    "cases/formats/03-role-typo.jsonl": ({"sharegpt": 1, "chatml": 1}, {"user": 4, "assistant": 4}, 0),
    "cases/formats/15a-row-is-string.jsonl": ({"chatml": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/formats/15b-messages-is-string.jsonl": ({"sharegpt": 3}, {"user": 3, "assistant": 3}, 0),
    "cases/formats/16a-envelope-data.json": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/formats/16c-columns.json": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/formats/20-sillytavern-solo.jsonl": ({"sillytavern": 1}, {"user": 1, "assistant": 2}, 0),
    "cases/formats/23-chatgpt-export.json": ({"chatgpt": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/formats/25-pippa.jsonl": ({"pippa": 2}, {"system": 1, "user": 2, "assistant": 3}, 0),
    "cases/formats/26-textgen-history.json": ({"textgen": 1}, {"user": 1, "assistant": 2}, 0),
    "cases/formats/27-koboldai.json": ({"kobold": 1}, {"system": 1, "user": 1, "assistant": 2}, 0),
    "cases/formats/28-agnai-chat.json": ({"agnai": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/formats/30-alpaca.jsonl": ({"alpaca": 3}, {"system": 1, "user": 4, "assistant": 4}, 0),
    "cases/formats/31-dpo.jsonl": (
        {
            "preference": 3,
            "preference-turns": 2,
            "openai-preference": 1,
            "chatml": 1,
            "rejected-beside": 1,
            "sharegpt": 1,
        },
        {"user": 9, "assistant": 9},
        0,
    ),
    "cases/formats/33-system-beside-messages.jsonl": (
        {"chatml": 2, "sharegpt": 2},
        {"system": 4, "user": 4, "assistant": 4},
        0,
    ),
    "cases/formats/37-response-beside.jsonl": ({"reply-beside": 4}, {"user": 4, "assistant": 4}, 0),
    "cases/formats/45b-uuid-case.jsonl": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/shapes/01-labelstudio-tasks.json": ({"label-studio": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/02b-argilla-hub-columns.jsonl": ({"argilla": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/04-doccano.jsonl": ({}, {}, 1),
    "cases/shapes/05-openai-evals.jsonl": ({"openai-evals": 2}, {"system": 1, "user": 2, "assistant": 2}, 0),
    "cases/shapes/06-langsmith-dataset.jsonl": ({"langsmith": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/06c-langchain-messages.json": ({"langchain": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/07-langfuse-dataset.jsonl": ({"input-output": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/09b-oasst-flat.jsonl": ({"openassistant": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/10-wildchat.jsonl": ({"sharegpt": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/11-lmsys-chat.jsonl": ({"sharegpt": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/11b-arena-55k.jsonl": ({"arena": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/12-ultrafeedback-binarized.jsonl": (
        {"preference-turns": 1},
        {"user": 1, "assistant": 1},
        0,
    ),
    "cases/shapes/12b-ultrafeedback-raw.jsonl": ({"ultrafeedback": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/13-helpsteer2.jsonl": ({"prompt-completion": 2}, {"user": 3, "assistant": 3}, 0),
    "cases/shapes/14-anthropic-messages.jsonl": (
        {"anthropic": 1},
        {"system": 1, "user": 1, "assistant": 2, "tool": 1},
        0,
    ),
    "cases/shapes/14c-anthropic-batch-request.jsonl": ({"anthropic": 1}, {"system": 1, "user": 1}, 0),
    "cases/shapes/14d-anthropic-batch-result.jsonl": ({}, {}, 1),
    "cases/shapes/14e-openai-batch.jsonl": ({"openai-batch": 1}, {"user": 1}, 0),
    "cases/shapes/14g-hh-rlhf.jsonl": ({"preference": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/15-gemini-tuning.jsonl": ({"gemini": 1}, {"system": 1, "user": 1, "assistant": 1}, 0),
    "cases/shapes/15c-gemini-old-tuning.jsonl": ({"prompt-completion": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/16-cohere-chat.jsonl": (
        {"chatml": 1, "cohere": 1},
        {"system": 1, "user": 3, "assistant": 2},
        0,
    ),
    "cases/shapes/18-llama-stack.jsonl": ({"llama-stack": 1, "sharegpt": 1}, {"user": 2, "assistant": 2}, 0),
    "cases/shapes/18b-together-llama-recipes.jsonl": ({"template-text": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/shapes/19-openhermes25.json": ({"sharegpt": 1}, {"system": 1, "user": 1, "assistant": 1}, 0),
    "cases/shapes/20-soda.jsonl": ({"soda": 1}, {"system": 1, "user": 2, "assistant": 2}, 0),
    "cases/shapes/20c-personachat-bavard.jsonl": (
        {"personachat": 1},
        {"system": 1, "user": 1, "assistant": 1},
        0,
    ),
    "cases/shapes/20e-synthetic-persona-chat.jsonl": (
        {"synthetic-persona-chat": 1},
        {"system": 1, "user": 1, "assistant": 1},
        0,
    ),
    "cases/shapes/20f-prosocial.jsonl": ({"prompt-completion": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/20g-topical.json": ({"topical-chat": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/20k-characterai-dump.json": ({"characterai": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/20l-chatgpt-export.json": ({"chatgpt": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/29-columnar.json": ({"chatml": 2}, {"user": 2, "assistant": 2}, 0),
    "cases/shapes/30-trl-prompt-completion.jsonl": ({"prompt-completion": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/31-trl-implicit.jsonl": ({"preference": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/32-koboldai-save.json": ({"kobold": 1}, {"user": 2, "assistant": 1}, 0),
    "cases/shapes/35-otel-genai.jsonl": ({"opentelemetry": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/36-autogen-crewai.json": ({"autogen": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/shapes/38-alpaca.json": ({"alpaca": 1}, {"user": 1, "assistant": 1}, 0),
    "cases/real/gpteacher-roleplay.json": ({"alpaca": 300}, {"user": 300, "assistant": 300}, 0),
    "cases/real/llamafactory-v1-preference.jsonl": (
        {"preference": 10},
        {"system": 10, "user": 10, "assistant": 10},
        0,
    ),
    "cases/real/mllm-pictures.json": ({"chatml": 6}, {"user": 12, "assistant": 12}, 0),
    "data/real/alpaca.json": ({"alpaca": 999}, {"user": 999, "assistant": 999}, 0),
    "data/real/alpaca-identity-macros.json": ({"alpaca": 91}, {"user": 91, "assistant": 91}, 0),
}


def output_of(file: str) -> Iterator[tuple[str, Any, Reading | None]]:
    path = _SHARED / file
    if not path.is_file():
        pytest.skip("no shared data")
    for record in records(split([path.read_bytes()]), decode):
        reader = recognise(record.value)
        if record.reason is not None or reader is None:
            yield "", record.value, None
            continue
        try:
            yield reader.NAME, record.value, reader.read(record.value)
        except BadRecord:
            yield "", record.value, None


@pytest.mark.parametrize("file", CASES)
def test_a_file_gives_these_conversations(file: str) -> None:
    formats, roles, refused = CASES[file]
    by_name: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for name, _, reading in output_of(file):
        by_name[name] += 1
        if reading is not None:
            spoken.update(message["role"] for message in reading.entry["messages"])
    assert by_name.pop("", 0) == refused
    assert dict(by_name) == formats
    assert dict(spoken) == roles


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


# Texts that become something else: marks of a template, JSON in a text, keys of messages read as roles.
_TRANSLATED = {"13-helpsteer2.jsonl", "18b-together-llama-recipes.jsonl", "20e-synthetic-persona-chat.jsonl"}
_TRANSLATED |= {"26-textgen-history.json", "32-koboldai-save.json"}


@pytest.mark.parametrize("file", [file for file in CASES if Path(file).name not in _TRANSLATED])
def test_every_text_of_a_record_is_in_its_entry_or_its_sidecar(file: str) -> None:
    for _, value, reading in output_of(file):
        if reading is None:
            continue
        kept = "\n".join(_texts([reading.entry, list(reading.alternatives), reading.shape, reading.speakers]))
        long = [text for text in _texts(value) if len(text) > 12 and not text.startswith(("[", "\n\nHuman:"))]
        assert [text for text in long if text.strip() not in kept] == []


@pytest.mark.parametrize("file", ["data/real/sharegpt-dpo.json"])
def test_no_character_of_a_preference_pair_is_lost(file: str) -> None:
    count = 0
    for name, value, reading in output_of(file):
        assert name == "preference-turns"
        assert reading is not None
        turns = [*value["conversations"], value["chosen"], value["rejected"]]
        texts = [m["content"] for m in reading.entry["messages"]]
        texts += [m["content"] for other in reading.alternatives for m in other["messages"]]
        assert sum(map(len, texts)) == sum(len(turn["value"]) for turn in turns)
        count += 1
    assert count == 200
