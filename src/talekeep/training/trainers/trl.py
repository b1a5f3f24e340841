"""TRL's SFTTrainer, read and run at 1.16.0 with `assistant_only_loss=True`."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "trl"
TITLE = "TRL SFTTrainer"
VERSION = "1.16.0"
WRITER = "prompt-completion"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "media": "drop",
    "parts": "text",
    "reasoning": "think",
    "greeting": "opener",
}
MAX_LENGTH: tuple[int, Fate] = (1024, "cut")
_TEMPLATE = "kept only if the chat template asks for it"
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("stops", "no token is trained, and the run stops"),
    "speaker names": Verdict("altered", f"names are {_TEMPLATE}", "names=prefix"),
    "reasoning": Verdict("altered", f"reasoning is {_TEMPLATE}", "reasoning=think"),
    "weight 0": Verdict("altered", "a reply with weight 0 is trained", "format=prompt-completion"),
    "media": Verdict("stops", "a text model gets the list of parts, or an error", "media=drop"),
    "content parts": Verdict("altered", "content parts reach the template as a list", "parts=text"),
    "empty reply": Verdict("altered", "only the end token of an empty reply is trained"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".trl.py",
        f'''from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

data = load_dataset("json", data_files={{"train": "{file}"}})
settings = SFTConfig(max_length=8192, completion_only_loss=True)
SFTTrainer("MODEL", train_dataset=data["train"], args=settings).train()
''',
    )
