"""TRL's SFTTrainer, read and run at 1.16.0; messages with `assistant_only_loss=True`."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import BY_TEMPLATE
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import NAMES_BY_TEMPLATE
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import REASONING_BY_TEMPLATE
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "trl"
TITLE = "TRL SFTTrainer"
VERSION = "1.16.0"
READS = "messages"
WRITER = "prompt-completion"
# `datasets` below 4.7 pads a list of tool definitions with null; TRL reads JSON text too (`sft_trainer.py`).
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    "greeting": "opener",
    "weights": "weight",
    "tools": "json",
    "tool_schemas": "list",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (1024, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = (*BY_TEMPLATE, "content parts")
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
    "no reply": Verdict("stops", "no token is trained, and the run stops", "format=prompt-completion"),
    "speaker names": NAMES_BY_TEMPLATE,
    "reasoning": REASONING_BY_TEMPLATE,
    "weight 0": Verdict("altered", "a reply with weight 0 is trained", "format=prompt-completion"),
    "weight between": Verdict("altered", "a weight between 0 and 1 counts as a whole one", "weights=weight"),
    "content parts": Verdict("altered", "content parts reach the template as a list", "parts=text"),
    "media": Verdict("altered", "a picture reaches the template of a text model as a list", "media=drop"),
    **stops_at("definitions of tools have to be a list", tools_are_no_list="tool_schemas=list"),
    "media keys": Verdict("stops", "a text model is refused pictures beside the messages", "media=drop"),
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return (
        ".trl.py",
        f'''from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

data = load_dataset("json", data_files={{"train": "{file}"}})
settings = SFTConfig(max_length={max_length}, completion_only_loss=True)
trainer = SFTTrainer("MODEL", train_dataset=data["train"], args=settings)
trainer.train()
''',
    )
