"""Rows of published sets of dialogues and of ranked answers."""

from talekeep.formats.shapes.places import ANSWERS
from talekeep.formats.shapes.places import CONTAINERS
from talekeep.formats.shapes.places import PROMPTS
from talekeep.formats.shapes.places import SYSTEM
from talekeep.formats.shapes.shape import Shape

RESEARCH: tuple[Shape, ...] = (
    Shape(
        name="soda",
        title="SODA: utterances beside a list of speakers",
        sample="""\
{"narrative":"Mara keeps the light.","dialogue":["Who keeps the light?","Mara does."],
"speakers":["Wren","Mara"]}""",
        texts=True,
        needs=("dialogue|dialog|utterances", "speakers"),
        system=("narrative",),
        prompt=("dialogue|dialog|utterances",),
        speakers="speakers",
        writes=False,
    ),
    Shape(
        name="dailydialog",
        title="Texts that take turns: DailyDialog, LIMA, UltraChat",
        sample='{"dialog":["Who keeps the light?","Mara does."],"act":[2,1],"emotion":[0,0]}',
        system=("personality",),
        needs=("dialog.1|dialogue.1|utterances.1|conversations.1|conversation.1|data.1",),
        prompt=("dialog|dialogue|utterances|conversations|conversation|data",),
        how="alternate",
        texts=True,
        writes=False,
    ),
    Shape(
        name="personachat",
        title="PersonaChat",
        sample="""\
{"personality":["i keep the light ."],"candidates":["no","mara does ."],
"history":["who keeps the light ?"],"conv_id":0,"utterance_idx":0}""",
        needs=("personality|personas", "candidates.-1|utterances.-1.candidates.-1"),
        system=("personality|personas",),
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
        needs=("turns.0.speaker|turns.speaker", "turns.0.utterance|turns.utterance"),
        prompt=("turns",),
        role="speaker",
        text="utterance",
        roles={"0": "user", "1": "assistant", "SYSTEM": "assistant"},
        writes=False,
    ),
    Shape(
        name="multiwoz-log",
        title="MultiWOZ 2.0 and 2.1: a log that takes turns",
        sample="""\
{"PMUL1.json":{"goal":{},"log":[{"text":"A room?","metadata":{}},
{"text":"For how many?","metadata":{"hotel":{}}}]}}""",
        needs=("log.0.text", "log.0.metadata"),
        prompt=("log",),
        text="text",
        how="alternate",
        writes=False,
    ),
    Shape(
        name="camel",
        title="CAMEL: two messages",
        sample="""\
{"role_1":"Sailor_RoleType.USER","role_2":"Keeper_RoleType.ASSISTANT",
"message_1":"Who keeps the light?","message_2":"Mara does."}""",
        needs=("message_1", "message_2"),
        prompt=("message_1",),
        reply="message_2",
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
        name="rated-generations",
        title="Generations beside a list of ratings, as distilabel has them",
        sample="""\
{"instruction":"Who keeps the light?","generations":["Nobody.","Mara does."],"ratings":[1,5],
"generation_models":["a","b"]}""",
        needs=(PROMPTS, "generations.0"),
        system=SYSTEM,
        prompt=(PROMPTS,),
        reply="generations",
        ratings="ratings|rating",
        models="generation_models|models",
        score="score",
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
        text=ANSWERS,
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
            "answers.0.score|responses.0.score|responses.0.reward|answers.0.reward|completions.0.score"
            "|answers.0.pm_score|answers.0.rating|responses.0.rating",
        ),
        system=SYSTEM,
        prompt=(f"{CONTAINERS}|{PROMPTS}",),
        reply="answers|responses|completions",
        text=ANSWERS,
        score="score|reward|pm_score|rating",
        model="model",
        kind="candidate",
        writes=False,
    ),
)
