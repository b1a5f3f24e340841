"""Rows of chat programs and programs for roleplay."""

from talekeep.formats.shapes.places import LANGCHAIN
from talekeep.formats.shapes.shape import Shape

CHATS: tuple[Shape, ...] = (
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
        swipes="retries",
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
        roles=LANGCHAIN,
        writes=False,
    ),
    Shape(
        name="langchain-flat",
        title="LangChain messages as LangGraph keeps them",
        sample="""\
{"messages":[{"type":"human","content":"Who keeps the light?","id":"1"},
{"type":"ai","content":"Mara does.","id":"2","tool_calls":[]}]}""",
        needs=("messages.0.type", "messages.0.content"),
        prompt=("messages",),
        role="type",
        text="content",
        roles=LANGCHAIN,
        name_key="name",
        labels=("human", "ai", "system", "tool", "function", *LANGCHAIN),
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

ROLEPLAY: tuple[Shape, ...] = (
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
        needs=("data.message.0.data|message.0.data",),
        prompt=("data.message|message",),
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
    Shape(
        name="cai-tools-chat",
        title="character.ai chats of CAI Tools, one chat a file",
        sample="""\
{"meta":{"chat_id":"x","character":{"name":"Mara"}},"chat":{"chat":[
{"name":"Mara","message":"You came."},{"name":"Wren","message":"Who keeps the light?"}]}}""",
        needs=("meta.character.name|info.character.name", "chat.chat.0.name", "chat.chat.0.message"),
        prompt=("chat.chat",),
        role="name",
        text="message",
        assistant="meta.character.name|info.character.name",
        writes=False,
    ),
)
