"""Rows of one exchange a record, of turns under any key, and of texts with speakers in them."""

from talekeep.formats.shapes.places import CHARACTER
from talekeep.formats.shapes.places import ELSEWHERE
from talekeep.formats.shapes.places import PROMPTS
from talekeep.formats.shapes.places import REPLIES
from talekeep.formats.shapes.places import SYSTEM
from talekeep.formats.shapes.places import TEXTS
from talekeep.formats.shapes.places import WHO
from talekeep.formats.shapes.shape import Shape

EXCHANGES: tuple[Shape, ...] = (
    Shape(
        name="alpaca",
        title="Alpaca: instruction, input, output",
        sample="""\
{"instruction":"Continue the scene.","input":"Rain on the tin roof.",
"output":"Somebody knocks twice."}""",
        needs=("instruction", f"{REPLIES}|instances.0.output"),
        system=SYSTEM,
        history="history",
        prompt=("instruction", "input|context|instances.0.input"),
        reply=f"{REPLIES}|instances.0.output",
        kind="candidate",
        needs_text=True,
    ),
    Shape(
        name="human-answers",
        title="HC3: answers of people and of a model",
        sample='{"question":"Who keeps it?","human_answers":["Mara."],"chatgpt_answers":["It is Mara."]}',
        needs=("question", "human_answers"),
        prompt=("question",),
        reply="human_answers",
        others=("chatgpt_answers",),
        kind="candidate",
        writes=False,
    ),
    Shape(
        name="prompt-completion",
        title="Prompt and completion, question and answer",
        sample='{"prompt":"The sky is","completion":" the colour of slate."}',
        needs=(PROMPTS, REPLIES),
        system=SYSTEM,
        history="history|chat_history",
        prompt=(PROMPTS,),
        reply=REPLIES,
        kind="candidate",
        names=CHARACTER,
    ),
    Shape(
        name="input-output",
        title="Input and expected output, as Langfuse has them",
        sample="""\
{"id":"i1","input":[{"role":"user","content":"Who keeps the light?"}],
"expectedOutput":{"role":"assistant","content":"Mara does."},"metadata":null}""",
        needs=("input", "expectedOutput|expected_output|output|target"),
        prompt=("input.messages|input",),
        reply="expectedOutput|expected_output|output.choices.0.message|output|target",
        spelled="turns",
        writes=False,
    ),
    Shape(
        name="turn-list",
        title="Turns under another key",
        sample="""\
{"persona":"keeps the light","turns":[{"who":"Wren","text":"Who keeps the light?"},
{"who":"Mara","text":"Still me."},{"who":"Wren","text":"And the storm?"}]}""",
        needs=(ELSEWHERE,),
        system=("system|system_prompt|persona", "scenario"),
        prompt=(ELSEWHERE.replace(".0", ""),),
        role=WHO,
        text=TEXTS,
        roles={"true": "user", "false": "assistant"},
        keyed=True,
        writes=False,
    ),
    Shape(
        name="template-text",
        title="A text with a chat template or `Name: text` lines in it",
        sample='{"text":"<s>[INST] Who keeps the light? [/INST] Mara does. </s>"}',
        needs=("text|plain_text|input|content|conversation|dialogue|chat|transcript",),
        system=("prefix",),
        prompt=("text|plain_text|input|content|conversation|dialogue|chat|transcript",),
        marked=True,
        writes=False,
    ),
)
