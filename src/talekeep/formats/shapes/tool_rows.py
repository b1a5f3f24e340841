"""Rows of programs around models: logs, evaluations, annotation."""

from talekeep.formats.shapes.places import LANGCHAIN
from talekeep.formats.shapes.shape import Shape

TOOLS: tuple[Shape, ...] = (
    Shape(
        name="openai-batch",
        title="OpenAI batch requests and request logs",
        sample="""\
{"custom_id":"r1","method":"POST","url":"/v1/chat/completions",
"body":{"model":"m","messages":[{"role":"user","content":"Who keeps the light?"}]}}""",
        needs=("body.messages|request.messages|request.body.messages",),
        prompt=("body.messages|request.messages|request.body.messages",),
        reply="response.body.choices.0.message|response.choices.0.message",
        spelled="turns",
        writes=False,
    ),
    Shape(
        name="evals-log",
        title="Logs of OpenAI evals",
        sample="""\
{"run_id":"r","event_id":0,"type":"sampling","data":{
"prompt":[{"role":"user","content":"Who keeps the light?"}],"sampled":["Mara does."]}}""",
        needs=("data.prompt", "data.sampled"),
        prompt=("data.prompt",),
        reply="data.sampled",
        kind="candidate",
        writes=False,
    ),
    Shape(
        name="openai-evals",
        title="OpenAI evals",
        sample='{"input":[{"role":"user","content":"Who keeps the light?"}],"ideal":["Mara does.","Mara."]}',
        needs=("input", "ideal"),
        prompt=("input",),
        reply="ideal",
        kind="candidate",
        spelled="turns",
        writes=False,
    ),
    Shape(
        name="langsmith",
        title="LangSmith examples and runs",
        sample="""\
{"inputs":{"messages":[{"role":"user","content":"Who keeps the light?"}]},
"outputs":{"messages":[{"role":"assistant","content":"Mara does."}]},"metadata":{}}""",
        needs=("inputs", "outputs"),
        prompt=(
            "inputs.messages|inputs.chat_history",
            "inputs.question|inputs.input|inputs.prompt|inputs.query|inputs.text",
        ),
        reply="outputs.messages|outputs.output|outputs.answer|outputs.response|outputs.message|outputs.text"
        "|outputs.choices.0.message|outputs.generations.0.0.message|outputs.generations.0.0.text",
        role="role|kwargs.type|data.type|id.3|type|from",
        text="content|data.content|kwargs.content|text",
        roles=LANGCHAIN,
        spelled="turns",
        writes=False,
    ),
    Shape(
        name="argilla",
        title="Argilla records",
        sample="""\
{"id":"a-1","status":"pending","chat":[{"role":"user","content":"Who keeps the light?"},
{"role":"assistant","content":"Mara does."}],"quality.responses":[5]}""",
        needs=("chat.0.content|fields.chat|fields.messages|fields.prompt|fields.instruction",),
        system=("fields.system",),
        prompt=("chat|fields.chat|fields.messages|fields.prompt|fields.instruction", "fields.input"),
        reply="fields.response|fields.completion|fields.output",
        writes=False,
    ),
    Shape(
        name="label-studio",
        title="Label Studio tasks",
        sample="""\
[{"id":1,"data":{"dialogue":[{"author":"user","text":"Who keeps the light?"},
{"author":"bot","text":"Mara does."}]},"annotations":[]}]""",
        needs=(
            "data.dialogue.0.text|data.messages.0|data.conversation.0|data.chat.0|data.text.0.author"
            "|data.dialogs.0.text|data.humanMachineDialogue.0.text|data.transcript.0.text",
        ),
        prompt=(
            "data.dialogue|data.messages|data.conversation|data.chat|data.text|data.dialogs"
            "|data.humanMachineDialogue|data.transcript",
        ),
        reply="annotations.0.result.0.value.chatmessage",
        role="author|role|speaker|from",
        text="text|content|value",
        writes=False,
    ),
    Shape(
        name="prodigy-compare",
        title="Prodigy: two answers compared",
        sample="""\
{"input":{"text":"Who keeps the light?"},"accept":{"text":"Mara does."},"reject":{"text":"No one."},
"_input_hash":1,"_task_hash":2,"answer":"accept"}""",
        needs=("input.text|input", "accept.text", "reject.text"),
        prompt=("input.text|input",),
        reply="accept.text",
        others=("reject.text",),
        writes=False,
    ),
    Shape(
        name="cohere",
        title="Cohere chat requests",
        sample="""\
{"chat_history":[{"role":"USER","message":"Who keeps the light?"},
{"role":"CHATBOT","message":"Mara does."}],"message":"And now?","text":"Still."}""",
        needs=("chat_history", "message"),
        system=("preamble",),
        prompt=("chat_history", "message"),
        reply="text",
        writes=False,
    ),
    Shape(
        name="llama-stack",
        title="llama-stack evaluation rows",
        sample="""\
{"chat_completion_input":"[{\\"role\\": \\"user\\", \\"content\\": \\"Who keeps the light?\\"}]",
"expected_answer":"Mara does."}""",
        needs=("chat_completion_input", "expected_answer"),
        prompt=("chat_completion_input",),
        reply="expected_answer",
        writes=False,
    ),
    Shape(
        name="opentelemetry",
        title="OpenTelemetry gen_ai events",
        sample="""\
{"gen_ai.input.messages":[{"role":"user","parts":[{"type":"text","content":"Who keeps the light?"}]}],
"gen_ai.output.messages":[{"role":"assistant","parts":[{"type":"text","content":"Mara does."}]}]}""",
        needs=(r"gen_ai\.input\.messages",),
        prompt=(r"gen_ai\.input\.messages",),
        reply=r"gen_ai\.output\.messages",
        text="parts|content",
        writes=False,
    ),
)
