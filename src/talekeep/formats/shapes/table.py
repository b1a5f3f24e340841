"""The table of shapes: one row for each kind of record whose conversation stands at fixed places.

The order is that in which they are asked: rows that need more stand before rows that need less.
"""

from talekeep.formats.shapes.shape import Shape

PROMPTS = "prompt|instruction|question|query|human|INSTRUCTION|text_input|user_input|context"
REPLIES = "output|response|completion|answer|assistant|generation|RESPONSE|output_text"
SYSTEM = ("system|system_prompt|systemPrompt|system_message",)
CONTAINERS = "messages|conversations|conversation|dialogue|dialog"
_LANGCHAIN = {
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "HumanMessageChunk": "user",
    "AIMessageChunk": "assistant",
    "FunctionMessage": "tool",
}
_ANSWERS = "text|answer|response|content|completion|output"

# These are asked before a conversation is taken for all that a record holds.
_PAIRS = (
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
        needs=(CONTAINERS, "rejected_response|rejected"),
        system=SYSTEM,
        prompt=(CONTAINERS,),
        others=("rejected_response|rejected",),
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
_CHATS_UNDER_MESSAGES = (
    Shape(
        name="discord",
        title="Discord chats of DiscordChatExporter",
        sample="""\
{"guild":{"id":"1","name":"Harbor"},"channel":{"id":"2","name":"light"},"messages":[
{"id":"3","type":"Default","content":"Who keeps the light?","author":{"id":"8","name":"wren"}},
{"id":"4","type":"Default","content":"*nods* I do.","author":{"id":"9","name":"mara"}}]}""",
        needs=("guild", "channel", "messages.0.author.name"),
        prompt=("messages",),
        role="author.nickname|author.name",
        text="content",
        writes=False,
    ),
    Shape(
        name="agnai",
        title="Agnai chats",
        sample="""\
{"name":"Exported","greeting":"","scenario":"","messages":[
{"handle":"Wren","userId":"anon","msg":"Hi"},
{"characterId":"c1","handle":"Mara","msg":"Hello."}]}""",
        needs=("messages.0.msg", "messages.0.handle|messages.0.userId|messages.0.characterId"),
        prompt=("messages",),
        role="userId",
        how="present",
        text="msg",
        name_key="handle",
        writes=False,
    ),
    Shape(
        name="characterai",
        title="character.ai chats with candidates",
        sample="""\
{"history_id":"h","messages":[
{"author":{"name":"Wren","is_human":true},"candidates":[{"raw_content":"Who keeps the light?"}]},
{"author":{"name":"Mara"},"candidates":[{"raw_content":"Mara does."},{"raw_content":"Nobody."}]}]}""",
        needs=("messages.0.candidates.0.raw_content",),
        prompt=("messages",),
        role="author.is_human",
        how="boolean",
        text="candidates.0.raw_content",
        swipes="candidates",
        swipe_text="raw_content",
        name_key="author.name",
        writes=False,
    ),
    Shape(
        name="langchain",
        title="LangChain messages",
        sample="""\
[{"type":"human","data":{"content":"Who keeps the light?"}},
{"type":"ai","data":{"content":"Mara does."}}]""",
        needs=("messages.0.data.content|messages.0.kwargs.content",),
        prompt=("messages",),
        role="kwargs.type|data.type|id.3|type",
        text="data.content|kwargs.content",
        roles=_LANGCHAIN,
        writes=False,
    ),
    Shape(
        name="autogen",
        title="AutoGen messages",
        sample="""\
{"messages":[{"source":"user","content":"Who keeps the light?","type":"TextMessage"},
{"source":"assistant","content":"Mara does.","type":"TextMessage"}]}""",
        needs=("messages.0.source", "messages.0.type"),
        prompt=("messages",),
        role="source",
        text="content",
        writes=False,
    ),
)

_ROLEPLAY = (
    Shape(
        name="pippa",
        title="PIPPA",
        sample="""\
{"bot_name":"Mara","bot_description":"keeps the light","categories":["Original"],
"conversation":[{"message":"You came.","is_human":false},{"message":"I did.","is_human":true}]}""",
        needs=("bot_name", "conversation"),
        system=("bot_description", "bot_definitions"),
        prompt=("conversation",),
        role="is_human",
        how="boolean",
        text="message",
        names={"assistant": "bot_name"},
        tags=("categories",),
        writes=False,
    ),
    Shape(
        name="risu",
        title="RisuAI chats",
        sample="""\
{"type":"risuChat","ver":1,"data":{"message":[{"role":"user","data":"Hi","time":1727485420000},
{"role":"char","data":"Hello.","name":"Mara"}]}}""",
        needs=("data.message.0.data",),
        prompt=("data.message",),
        role="role",
        text="data",
        roles={"char": "assistant"},
        name_key="name",
        writes=False,
    ),
    Shape(
        name="cai-tools",
        title="character.ai dumps of CAI Tools",
        sample="""\
{"histories":{"histories":[{"external_id":"h1","msgs":[
{"src":{"is_human":true,"name":"Wren"},"text":"Hi"},
{"src":{"is_human":false,"name":"Mara"},"text":"Hello."}]}]}}""",
        needs=("msgs.0.src",),
        prompt=("msgs",),
        role="src.is_human",
        how="boolean",
        text="text",
        name_key="src.name",
        writes=False,
    ),
)

_RESEARCH = (
    Shape(
        name="soda",
        title="SODA: utterances beside a list of speakers",
        sample="""\
{"narrative":"Mara keeps the light.","dialogue":["Who keeps the light?","Mara does."],
"speakers":["Wren","Mara"]}""",
        needs=("dialogue|dialog|utterances", "speakers"),
        system=("narrative",),
        prompt=("dialogue|dialog|utterances",),
        speakers="speakers",
        writes=False,
    ),
    Shape(
        name="dailydialog",
        title="DailyDialog: utterances that take turns",
        sample='{"dialog":["Who keeps the light?","Mara does."],"act":[2,1],"emotion":[0,0]}',
        needs=("dialog|dialogue|utterances.0",),
        prompt=("dialog|dialogue|utterances",),
        how="alternate",
        writes=False,
    ),
    Shape(
        name="personachat",
        title="PersonaChat",
        sample="""\
{"personality":["i keep the light ."],"candidates":["no","mara does ."],
"history":["who keeps the light ?"],"conv_id":0,"utterance_idx":0}""",
        needs=("personality", "candidates.-1|utterances.-1.candidates.-1"),
        system=("personality",),
        prompt=("utterances.-1.history|history",),
        reply="utterances.-1.candidates.-1|candidates.-1",
        how="alternate",
        writes=False,
    ),
    Shape(
        name="multiwoz",
        title="MultiWOZ, Schema-Guided Dialogue",
        sample="""\
{"dialogue_id":"d1","services":["hotel"],"turns":[{"speaker":"USER","utterance":"A room?"},
{"speaker":"SYSTEM","utterance":"For how many?"}]}""",
        needs=("turns.0.utterance|turns.utterance",),
        prompt=("turns",),
        role="speaker",
        text="utterance",
        roles={"0": "user", "1": "assistant", "SYSTEM": "assistant"},
        writes=False,
    ),
    Shape(
        name="topical-chat",
        title="Topical-Chat",
        sample="""\
{"t1":{"article_url":"x","config":"A","content":[
{"message":"Who keeps the light?","agent":"agent_1","sentiment":"Neutral"},
{"message":"Mara does.","agent":"agent_2","sentiment":"Happy"}]}}""",
        needs=("content.0.agent",),
        prompt=("content",),
        role="agent",
        text="message",
        writes=False,
    ),
    Shape(
        name="synthetic-persona-chat",
        title="Synthetic-Persona-Chat",
        sample="""\
{"user 1 personas":"I ask.","user 2 personas":"I keep.",
"Best Generated Conversation":"User 1: Who keeps the light?\\nUser 2: Mara does."}""",
        needs=("Best Generated Conversation",),
        system=("user 2 personas",),
        prompt=("Best Generated Conversation",),
        marked=True,
        writes=False,
    ),
    Shape(
        name="ultrafeedback",
        title="UltraFeedback: answers with points",
        sample="""\
{"instruction":"Who keeps the light?","completions":[
{"model":"a","response":"Nobody.","overall_score":2},
{"model":"b","response":"Mara does.","overall_score":8}]}""",
        needs=(PROMPTS, "completions.0.response"),
        system=SYSTEM,
        prompt=(PROMPTS,),
        reply="completions",
        text="response",
        score="overall_score|fine-grained_score|score",
        model="model",
        kind="candidate",
        writes=False,
    ),
    Shape(
        name="ranked-answers",
        title="Answers with ranks",
        sample='{"prompt":"Hi","answers":[{"answer":"Hello!","rank":1},{"answer":"You came.","rank":0}]}',
        needs=(f"{CONTAINERS}|{PROMPTS}", "answers.0.rank|responses.0.rank|completions.0.rank"),
        system=SYSTEM,
        prompt=(f"{CONTAINERS}|{PROMPTS}",),
        reply="answers|responses|completions",
        text=_ANSWERS,
        rank="rank",
        model="model",
        kind="candidate",
        writes=False,
    ),
    Shape(
        name="scored-answers",
        title="Answers with scores or rewards",
        sample="""\
{"prompt":"Hi","responses":[{"text":"Hello!","reward":0.1},{"text":"You came.","reward":0.9}]}""",
        needs=(
            f"{CONTAINERS}|{PROMPTS}",
            "answers.0.score|responses.0.score|responses.0.reward|answers.0.reward|completions.0.score",
        ),
        system=SYSTEM,
        prompt=(f"{CONTAINERS}|{PROMPTS}",),
        reply="answers|responses|completions",
        text=_ANSWERS,
        score="score|reward",
        model="model",
        kind="candidate",
        writes=False,
    ),
)

_TOOLS = (
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
        reply="outputs.messages|outputs.output|outputs.answer|outputs.response|outputs.message|outputs.text",
        role="role|kwargs.type|data.type|id.3|type|from",
        text="content|data.content|kwargs.content|text",
        roles=_LANGCHAIN,
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
        needs=("data.dialogue.0.text|data.messages.0|data.conversation.0|data.text.0.author",),
        prompt=("data.dialogue|data.messages|data.conversation|data.text",),
        role="author|role|speaker|from",
        text="text|content|value",
        tags=("annotations.0.result.0.value.choices",),
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

_EXCHANGES = (
    Shape(
        name="alpaca",
        title="Alpaca: instruction, input, output",
        sample="""\
{"instruction":"Continue the scene.","input":"Rain on the tin roof.",
"output":"Somebody knocks twice."}""",
        needs=("instruction", REPLIES),
        system=SYSTEM,
        history="history",
        prompt=("instruction", "input|context"),
        reply=REPLIES,
        needs_text=True,
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
        name="template-text",
        title="A text with a chat template or `Name: text` lines in it",
        sample='{"text":"<s>[INST] Who keeps the light? [/INST] Mara does. </s>"}',
        needs=("text",),
        prompt=("text",),
        tags=("label|labels",),
        marked=True,
        writes=False,
    ),
)

FIRST: tuple[Shape, ...] = (*_PAIRS, *_CHATS_UNDER_MESSAGES)
TABLE: tuple[Shape, ...] = (*FIRST, *_ROLEPLAY, *_RESEARCH, *_TOOLS, *_EXCHANGES)
