"""Together's documented rules (fine-tuning/data-preparation); its client 3.1.1 checks UTF-8 and JSON only."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "together"
TITLE = "Together fine-tuning"
VERSION = "3.1.1"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    "names": "prefix",
    "media": "drop",
    "parts": "text",
    "developer": "system",
    "system": "first",
    "same_role": "join",
    "greeting": "opener",
    "weights": "weight",
}
MAX_LENGTH: tuple[int, Fate] = (8192, "cut")
_ALTERNATE = "messages have to begin with system or user and to alternate"
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("stops", "an example needs a reply"),
    "greeting first": Verdict("stops", _ALTERNATE, "greeting=opener"),
    "same role twice": Verdict("stops", _ALTERNATE, "same_role=join"),
    "system inside": Verdict("stops", _ALTERNATE, "system=first"),
    "developer": Verdict("stops", "the role developer is not documented", "developer=system"),
    "media": Verdict("stops", "text models take text alone", "media=drop"),
    "speaker names": Verdict("altered", "names are not documented", "names=prefix"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".together.sh",
        f"together files upload {file}\ntogether fine-tuning create --training-file FILE_ID --model MODEL\n",
    )
