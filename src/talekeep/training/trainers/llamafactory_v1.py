"""LLaMA-Factory's engine v1 with the template qwen3_nothink, read and run at 0.9.5."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IMAGES_UNREAD
from talekeep.training.trainers.base import NAMES_UNREAD
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "llama-factory-v1"
TITLE = "LLaMA-Factory v1"
VERSION = "0.9.5"
READS = "llamafactory-v1"
WRITER = "llamafactory-v1"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    "reasoning": "keep",
    "developer": "system",
    "weights": "loss_weight",
    "empty": "drop",
    "tail": "drop",
}
MAX_LENGTH: tuple[int, Fate] = (2048, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("altered", "nothing of it is trained", "tail=drop"),
    "speaker names": NAMES_UNREAD,
    "developer": Verdict("altered", "a message of the role developer is left out", "developer=system"),
    "media": Verdict("stops", "a text template takes no pictures", "media=drop"),
    "media keys": IMAGES_UNREAD,
}


def snippet(file: str, columns: Collection[str]) -> tuple[str, str]:
    return ".llamafactory-v1.sh", f"llamafactory-cli sft --train_dataset {file}\n"
