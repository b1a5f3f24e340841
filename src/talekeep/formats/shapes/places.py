"""Spellings of places that several rows of the table share."""

PROMPTS = (
    "prompt|instruction|question|query|human|INSTRUCTION|text_input|user_input|input_text|inputs|problem"
    "|context"
)
REPLIES = (
    "output|response|completion|answer|assistant|generation|RESPONSE|output_text|model_output|targets|target"
    "|solution|generated_solution|character_answer|generated"
)
# Keys that may name the character who replies.
CHARACTER = {"assistant": "character|char_name|bot_name|character_name|char"}
SYSTEM = ("system|system_prompt|systemPrompt|system_message",)
CONTAINERS = "messages|conversations|conversation|dialogue|dialog"
LANGCHAIN = {
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "HumanMessageChunk": "user",
    "AIMessageChunk": "assistant",
    "FunctionMessage": "tool",
}
ANSWERS = "text|answer|response|content|completion|output"
# Where lists of turns stand that are no usual container, and what names role and text in them.
ELSEWHERE = "turns.0|utterances.0|log.0|chat.0|transcript.0|lines.0|thread.0|exchanges.0|history.0|dialogs.0"
WHO = (
    "role|from|speaker|author.name|author|sender|who|user|agent|name|speaker_id|speaker_idx|is_human|is_user"
)
TEXTS = "content|value|text|message|msg|mes|utterance|body|say"
