"""Unsloth's `standardize_sharegpt` (unsloth-zoo read at ce232d6)."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "unsloth"
TITLE = "Unsloth"
VERSION = "2026.8"
WRITER = "sharegpt"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "reasoning": "think",
    "media": "drop",
    "parts": "text",
    "tools": "drop",
    "weights": "drop",
    "developer": "system",
    "system": "first",
}
MAX_LENGTH: tuple[int, Fate] = (2048, "cut")
VERDICTS: Mapping[Feature, Verdict] = {
    "tool calls": Verdict("stops", "roles other than system, user and assistant are an error", "tools=drop"),
    "developer": Verdict(
        "stops", "roles other than system, user and assistant are an error", "developer=system"
    ),
    "speaker names": Verdict("stops", "a third key beside role and text is an error", "names=prefix"),
    "weight 0": Verdict("stops", "a third key beside role and text is an error", "weights=drop"),
    "reasoning": Verdict("stops", "a third key beside role and text is an error", "reasoning=think"),
    "content parts": Verdict("stops", "every text has to be a string", "parts=text"),
    "media": Verdict("stops", "every text has to be a string", "media=drop"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".unsloth.py",
        f'''from datasets import load_dataset
from unsloth.chat_templates import standardize_sharegpt

data = load_dataset("json", data_files={{"train": "{file}"}})["train"]
data = standardize_sharegpt(data)
''',
    )
