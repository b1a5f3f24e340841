"""Rows of preference data and of conversations with a reply beside them."""

from talekeep.formats.shapes.places import CONTAINERS
from talekeep.formats.shapes.places import PROMPTS
from talekeep.formats.shapes.places import SYSTEM
from talekeep.formats.shapes.shape import Shape

PAIRS: tuple[Shape, ...] = (
    Shape(
        name="openai-preference",
        title="OpenAI preference pairs",
        sample="""\
{"input":{"messages":[{"role":"user","content":"Greet me."}]},
"preferred_output":[{"role":"assistant","content":"You came."}],
"non_preferred_output":[{"role":"assistant","content":"Hello!"}]}""",
        needs=(
            "input.messages",
            "preferred_output|preferred_completion",
            "non_preferred_output|non_preferred_completion",
        ),
        prompt=("input.messages",),
        reply="preferred_output|preferred_completion",
        others=("non_preferred_output|non_preferred_completion",),
        spelled="turns",
    ),
    Shape(
        name="preference-turns",
        title="Preference pairs beside a conversation",
        sample="""\
{"conversations":[{"from":"human","value":"Greet me."}],
"chosen":{"from":"gpt","value":"You came."},"rejected":{"from":"gpt","value":"Hello!"}}""",
        needs=(CONTAINERS, "chosen|chosen_response", "rejected|rejected_response"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        reply="chosen|chosen_response",
        others=("rejected|rejected_response",),
        spelled="turns",
        writes=False,
    ),
    Shape(
        name="preference",
        title="Preference pairs (chosen and rejected)",
        sample='{"prompt":"Greet me.","chosen":"You came.","rejected":"Hello!"}',
        needs=("chosen|chosen_messages|chosen_response", "rejected|rejected_messages|rejected_response"),
        system=SYSTEM,
        prompt=(PROMPTS, "input"),
        reply="chosen|chosen_messages|chosen_response",
        others=("rejected|rejected_messages|rejected_response",),
    ),
    Shape(
        name="rejected-beside",
        title="A conversation with a rejected reply",
        sample="""\
{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hey."}],
"rejected_response":"Hello!"}""",
        needs=(CONTAINERS, "rejected_response|rejected|rejected_messages"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        others=("rejected_response|rejected|rejected_messages",),
        writes=False,
    ),
    Shape(
        name="reply-beside",
        title="A conversation with its reply beside it, as logs have it",
        sample="""\
{"messages":[{"role":"user","content":"Hi"}],
"choices":[{"message":{"role":"assistant","content":"Hello."}}]}""",
        needs=(CONTAINERS, "choices.0.message|response|completion|output|answer"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        reply="choices.0.message|response.choices.0.message|response|completion|output|answer",
        spelled="turns",
        unanswered=True,
        writes=False,
    ),
)
