"""Mistral's own checks: mistral-common run at 1.13.1 in its fine-tuning mode (tekken 240911)."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "mistral"
TITLE = "Mistral fine-tuning"
VERSION = "1.13.1"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "reasoning": "drop",
    "media": "drop",
    "parts": "text",
    "developer": "system",
    "system": "first",
    "same_role": "join",
    "greeting": "opener",
    "weights": "weight",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("stops", "an example has to end with a reply"),
    "last is no reply": Verdict("stops", "an example has to end with a reply"),
    "greeting first": Verdict(
        "altered", "an empty user message is put before the greeting", "greeting=opener"
    ),
    "same role twice": Verdict("altered", "replies in a row are joined by a blank line", "same_role=join"),
    "system inside": Verdict(
        "altered", "system messages are moved into the last user message", "system=first"
    ),
    "developer": Verdict(
        "altered", "developer messages are moved as system messages are", "developer=system"
    ),
    "reasoning": Verdict("stops", "reasoning is refused by this tokenizer", "reasoning=drop"),
    "empty reply": Verdict("stops", "an empty reply is refused"),
    "media": Verdict("stops", "a picture's address would be fetched over the network", "media=drop"),
    "speaker names": Verdict("altered", "names are not read", "names=prefix"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".mistral.yml",
        f"data:\n  instruct_data: {file}\n  data: ''\n  eval_instruct_data: ''\nseq_len: 8192\n",
    )
