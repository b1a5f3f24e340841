"""LLaMA-Factory's engine v1 with the template qwen3_nothink, read and run at 0.9.5."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import NAMES_UNREAD
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "llama-factory-v1"
TITLE = "LLaMA-Factory v1"
VERSION = "0.9.5"
READS = "llamafactory-v1"
WRITER = "llamafactory-v1"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    "reasoning": "keep",
    "developer": "system",
    "weights": "loss_weight",
    "empty": "drop",
    "tool_schemas": "list",
    "tail": "drop",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (2048, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
    **stops_at("definitions of tools have to be JSON", tools_are_no_JSON="tool_schemas=list"),
    "no reply": Verdict("altered", "nothing of it is trained", "tail=drop"),
    "speaker names": NAMES_UNREAD,
    "developer": Verdict("altered", "a message of the role developer is left out", "developer=system"),
    "media": Verdict("stops", "a text template takes no pictures", "media=drop"),
    "media keys": IMAGES_UNREAD,
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return ".llamafactory-v1.sh", f"llamafactory-cli sft --train_dataset {file} --cutoff_len {max_length}\n"
