"""LLaMA-Factory's engine v1, read at ff6d4d1 (0.9.6.dev0)."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "llama-factory-v1"
TITLE = "LLaMA-Factory v1"
VERSION = "0.9.6.dev0"
WRITER = "llamafactory-v1"
POLICIES: Mapping[str, str] = {"names": "prefix", "weights": "loss_weight", "developer": "system"}
MAX_LENGTH: tuple[int, Fate] = (2048, "cut")
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("stops", "no reply is trained"),
    "last is no reply": Verdict("stops", "the last message has to be a reply"),
    "speaker names": Verdict("altered", "names are not read", "names=prefix"),
    "developer": Verdict("altered", "a single message of an unknown role is dropped", "developer=system"),
}


def snippet(file: str) -> tuple[str, str]:
    return ".llamafactory-v1.sh", f"llamafactory-cli sft --train_dataset {file}\n"
