"""Together's documented rules (fine-tuning/data-preparation); its client 3.1.1 checks UTF-8 and JSON only."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import IN_TURN
from talekeep.training.trainers.base import ONE_SYSTEM
from talekeep.training.trainers.base import READ_AS_CONTROL
from talekeep.training.trainers.base import TEXT_ALONE
from talekeep.training.trainers.base import TOKENS_BROKEN
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "together"
TITLE = "Together fine-tuning"
VERSION = "3.1.1"
READS = "messages"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    **TEXT_ALONE,
    **TOKENS_BROKEN,
    **ONE_SYSTEM,
    **IN_TURN,
    "reasoning": "keep",
    "weights": "weight",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
OWN_LENGTH: tuple[int, Fate] = (8192, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
VERDICTS: Mapping[Feature, Verdict] = {
    **READ_AS_CONTROL,
    **stops_at("an example needs a reply", no_reply="tail=drop"),
    **stops_at(
        "messages have to begin with system or user and to alternate",
        greeting_first="greeting=opener",
        same_role_twice="same_role=join",
        system_inside="system=first",
    ),
    **stops_at("the role developer is not documented", developer="developer=system"),
    **stops_at("text models take text alone", media="media=drop", media_keys="media=drop"),
    **stops_at("a weight has to be 0 or 1", weight_between="weights=weight"),
    "speaker names": Verdict("altered", "names are not documented", "names=prefix"),
    "weight 0 elsewhere": Verdict("altered", "trained, for `weight` alone is read", "weights=weight"),
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return (
        ".together.sh",
        f"together files upload {file}\ntogether fine-tuning create --training-file FILE_ID --model MODEL\n",
    )
