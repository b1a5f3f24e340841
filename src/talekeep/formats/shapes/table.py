"""The table of shapes: one row for each kind of record whose conversation stands at fixed places.

The order is that in which they are asked: rows that need more stand before rows that need less.
"""

from talekeep.formats.shapes.shape import Shape

PROMPTS = "prompt|instruction|question|query|human|INSTRUCTION"
REPLIES = "output|response|completion|answer|assistant|generation|RESPONSE"
SYSTEM = ("system|system_prompt|systemPrompt|system_message",)
CONTAINERS = "messages|conversations|conversation|dialogue|dialog"

_PAIRS = (
    Shape(
        name="openai-preference",
        title="OpenAI preference pairs",
        sample='{"input":{"messages":[{"role":"user","content":"Greet me."}]},\n"preferred_output":'
        '[{"role":"assistant","content":"You came."}],\n"non_preferred_output":'
        '[{"role":"assistant","content":"Hello!"}]}',
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
        sample='{"conversations":[{"from":"human","value":"Greet me."}],\n'
        '"chosen":{"from":"gpt","value":"You came."},"rejected":{"from":"gpt","value":"Hello!"}}',
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
)

TABLE: tuple[Shape, ...] = (
    *_PAIRS,
    Shape(
        name="rejected-beside",
        title="A conversation with a rejected reply",
        sample='{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hey."}],\n'
        '"rejected_response":"Hello!"}',
        needs=(CONTAINERS, "rejected_response|rejected"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        others=("rejected_response|rejected",),
        writes=False,
    ),
    Shape(
        name="reply-beside",
        title="A conversation with its reply beside it",
        sample='{"messages":[{"role":"user","content":"Hi"}],\n'
        '"choices":[{"message":{"role":"assistant","content":"Hello."}}]}',
        needs=(CONTAINERS, "choices.0.message|response|completion|output|answer"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        reply="choices.0.message|response|completion|output|answer",
        spelled="turns",
        unanswered=True,
        writes=False,
    ),
    Shape(
        name="alpaca",
        title="Alpaca: instruction, input, output",
        sample='{"instruction":"Continue the scene.","input":"Rain on the tin roof.",\n'
        '"output":"Somebody knocks twice."}',
        needs=("instruction", REPLIES),
        system=SYSTEM,
        history="history",
        prompt=("instruction", "input"),
        reply=REPLIES,
        needs_text=True,
    ),
    Shape(
        name="prompt-completion",
        title="Prompt and completion",
        sample='{"prompt":"The sky is","completion":" the colour of slate."}',
        needs=(PROMPTS, REPLIES),
        system=SYSTEM,
        history="history|chat_history",
        prompt=(PROMPTS,),
        reply=REPLIES,
    ),
)

# These are asked before a conversation is taken for all that a record holds.
BEFORE_CONVERSATIONS = (
    "openai-preference",
    "preference-turns",
    "preference",
    "rejected-beside",
    "reply-beside",
)
