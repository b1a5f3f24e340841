"""OpenAI's fine-tuning API: FineTuneChatRequestInput of its OpenAPI description 2.3.0."""

from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict

NAME = "openai"
TITLE = "OpenAI fine-tuning"
VERSION = "2.3.0"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    "developer": "system",
    "reasoning": "drop",
    "weights": "weight",
    "parts": "text",
}
MAX_LENGTH: tuple[int, Fate] = (65536, "cut")
VERDICTS: Mapping[Feature, Verdict] = {
    "no reply": Verdict("stops", "an example needs a reply"),
    "developer": Verdict("stops", "the role developer is not allowed", "developer=system"),
    "reasoning": Verdict("stops", "an unknown message key is an error", "reasoning=drop"),
    "empty reply": Verdict("stops", "a message needs a text or a call"),
}


def snippet(file: str) -> tuple[str, str]:
    return (
        ".openai.py",
        f'''from openai import OpenAI

client = OpenAI()
uploaded = client.files.create(file=open("{file}", "rb"), purpose="fine-tune")
client.fine_tuning.jobs.create(training_file=uploaded.id, model="MODEL")
''',
    )
