"""Unsloth's `standardize_sharegpt`: `standardize_data_formats` of unsloth_zoo, read and run at 2026.10.9."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import ONE_SYSTEM
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "unsloth"
TITLE = "Unsloth"
VERSION = "2026.10.9"
READS = "messages"
WRITER = "sharegpt"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    **ONE_SYSTEM,
    "calls": "text",
    "weights": "drop",
    "empty": "drop",
    "tail": "drop",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (2048, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
    **stops_at(
        "a role other than system, user and assistant is an error",
        tool_calls="calls=text",
        developer="developer=system",
    ),
    **stops_at(
        "a third key beside role and text is an error",
        speaker_names="names=prefix",
        weights="weights=drop",
        reasoning="reasoning=think",
    ),
    **stops_at(
        "every text has to be a string",
        content_parts="parts=text",
        media="media=drop",
        no_content="calls=text",
    ),
    "no reply": Verdict("altered", "nothing of it is trained", "tail=drop"),
    "media keys": IMAGES_UNREAD,
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return (
        ".unsloth.py",
        f'''from datasets import load_dataset
from unsloth.chat_templates import standardize_sharegpt

data = load_dataset("json", data_files={{"train": "{file}"}})["train"]
data = standardize_sharegpt(data)
max_seq_length = {max_length}  # for FastLanguageModel.from_pretrained
''',
    )
