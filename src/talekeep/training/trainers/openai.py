"""OpenAI's fine-tuning API: FineTuneChatRequestInput of its OpenAPI description 2.3.0, and the checks of its
notebook on preparing data."""

from collections.abc import Collection
from collections.abc import Mapping

from talekeep.training.features import Feature
from talekeep.training.trainers.base import FATES
from talekeep.training.trainers.base import Fate
from talekeep.training.trainers.base import Verdict
from talekeep.training.trainers.base import stops_at

NAME = "openai"
TITLE = "OpenAI fine-tuning"
VERSION = "2.3.0"
READS = "messages"
WRITER = "messages"
POLICIES: Mapping[str, str] = {
    "developer": "system",
    "reasoning": "think",
    "weights": "weight",
    "media": "drop",
    "parts": "text",
    "calls": "ids",
    "tool_schemas": "openai",
    "empty": "drop",
    "tail": "drop",
}
MAX_LENGTH: tuple[int, Fate] = (65536, "cut")
OWN_LENGTH: tuple[int, Fate] = (65536, "cut")
ORDER = FATES
TEMPLATED: tuple[Feature, ...] = ()
_UNKNOWN = "an unknown key is an error"
VERDICTS: Mapping[Feature, Verdict] = {
    **stops_at("an example needs a reply", no_reply="tail=drop"),
    **stops_at("the role developer is not allowed", developer="developer=system"),
    **stops_at(
        _UNKNOWN, reasoning="reasoning=think", other_weights="weights=weight", media_keys="media=drop"
    ),
    **stops_at("only a reply has a weight", weight_on_a_prompt="weights=weight"),
    **stops_at("a weight has to be 0 or 1", weight_between="weights=weight"),
    **stops_at("a message needs a text or a call", empty_reply="empty=drop"),
    **stops_at("each call and each result needs an id", call_without_id="calls=ids"),
    **stops_at(
        "definitions of tools have to be a list of functions",
        tools_are_no_list="tool_schemas=openai",
        tool_form="tool_schemas=openai",
    ),
    **stops_at("parameters of a tool have to be a JSON Schema", tool_schema="tool_schemas=openai"),
    **stops_at(
        "a tool's name is up to 64 letters of English, digits, _ and -", tool_names="tool_schemas=openai"
    ),
    **stops_at("each call needs its result", call_without_result="calls=text"),
    **stops_at("a result needs its call", result_without_call="calls=text"),
}
WRITTEN: Mapping[Feature, Verdict] = {}


def snippet(file: str, columns: Collection[str], max_length: int) -> tuple[str, str]:
    return (
        ".openai.py",
        f'''from openai import OpenAI

client = OpenAI()
uploaded = client.files.create(file=open("{file}", "rb"), purpose="fine-tune")
client.fine_tuning.jobs.create(training_file=uploaded.id, model="MODEL")
''',
    )
