"""Speech, action and narration in the typographies of the world, as insights and the craft rules see them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.text import prose
from talekeep.core.text.prose import anatomy
from talekeep.core.text.prose import segments
from talekeep.core.text.speech_marks import DASHED
from talekeep.core.text.speech_marks import dashed
from talekeep.metrics.voice import shares

# A text, what is said in it, what is done in it; the rest is told.
STYLES = {
    "ru": ("— Ветер сильный, — сказала она.", ["— Ветер сильный, "], []),
    "ru back": ("— Стой! — крикнул он. — Кто идёт?", ["— Стой! ", " Кто идёт?"], []),
    "ru no attribution": ("— Москва — столица России.", ["— Москва — столица России."], []),
    "ru hyphen": ("- Привет, - сказал он.", ["- Привет, "], []),
    "uk": ("— Вітер сильний, — сказала вона.", ["— Вітер сильний, "], []),
    "es": (
        "—Hace viento —dijo ella—. Cierra la puerta.",
        ["—Hace viento ", ". Cierra la puerta."],
        [],
    ),
    "fr": (
        "— Il fait froid, dit-elle. Ferme la porte.",
        ["— Il fait froid,", " Ferme la porte."],
        [],
    ),
    "pl": ("– Wieje mocno – powiedziała. – Zamknij.", ["– Wieje mocno ", " Zamknij."], []),
    "pt": ("— Está vento — disse ela.", ["— Está vento "], []),
    "ro": ("— E vânt afară.", ["— E vânt afară."], []),
    "tr": ("— Rüzgâr var.", ["— Rüzgâr var."], []),
    "hu": ("– Fúj a szél – mondta a lány.", ["– Fúj a szél "], []),
    "dash lines": ("Она вошла.\n— Кто здесь?\n— Я.", ["— Кто здесь?", "— Я."], []),
    "ru quotes": ("Она сказала: «Ветер сильный». И ушла.", ["«Ветер сильный»"], []),
    "fr quotes": ("« Il fait froid », dit-elle.", ["« Il fait froid »"], []),
    "de books": ("»Ja, gern«, sagte sie. »Nein.«", ["»Ja, gern«", "»Nein.«"], []),
    "sv angles": ("»Ja, gärna», sa hon.", ["»Ja, gärna»"], []),
    "de": ("„Ja, gern“, sagte sie. „Nein.“", ["„Ja, gern“", "„Nein.“"], []),
    "pl quotes": ("„Tak, chętnie”, powiedziała.", ["„Tak, chętnie”"], []),
    "de inner": ("‚Ja, gern,‘ sagte sie.", ["‚Ja, gern,‘"], []),
    "nl": ("‚Ja, graag,’ zei ze.", ["‚Ja, graag,’"], []),
    "sv": ("”Ja, gärna,” sa hon.", ["”Ja, gärna,”"], []),
    "fi": ("Hän sanoi: ”Ei, kiitos.”", ["”Ei, kiitos.”"], []),
    "ch": ("‹Ja, gern,› sagte sie.", ["‹Ja, gern,›"], []),
    "da": ("›Ja, gerne,‹ sagde hun.", ["›Ja, gerne,‹"], []),
    "zh curly": ("“今晚别走。”她说。", ["“今晚别走。”"], []),
    "zh straight": ('他说"走吧"就走了。', ['"走吧"'], []),
    "zh single": ("‘走吧’，他说。", ["‘走吧’"], []),
    "zh single touching": ("他说‘走吧’就走了。", ["‘走吧’"], []),
    "zh-tw": ("「走吧，」他說。", ["「走吧，」"], []),
    "ja": ("「今夜は行かないで」と彼女は言った。", ["「今夜は行かないで」"], []),
    "ja lines": (
        "彼は言った。\n「今夜は…。\n帰ろうか。」\n静かだった。",
        ["「今夜は…。\n帰ろうか。」"],
        [],
    ),
    "ja nested": ("「彼は『はい』と言った」と聞いた。", ["「彼は『はい』と言った」"], []),
    "ja twice": ("「彼は「はい」と言った」と聞いた。", ["「彼は「はい」と言った」"], []),
    "ja straight": ('彼は"はい"と言った。', ['"はい"'], []),
    "ja half width": ("｢はい｣と言った。", ["｢はい｣"], []),
    "ja full width": ("＂はい＂と言った。", ["＂はい＂"], []),
    "ja double prime": ("〝はい〟と言った。", ["〝はい〟"], []),
    "ko straight": ('그가"네"라고 했다.', ['"네"'], []),
    "ko particle": ('그녀는 "가지 마."라고 했다.', ['"가지 마."'], []),
    "ko curly": ("“가지 마.”라고 그녀가 말했다.", ["“가지 마.”"], []),
    "th": ('เธอพูดว่า"ไปเถอะ"แล้วเดินออกไป', ['"ไปเถอะ"'], []),
    "ar": ("قالت: «الريح قوية».", ["«الريح قوية»"], []),
    "nested angles": ("«Он сказал «нет» и ушёл.» Тишина.", ["«Он сказал «нет» и ушёл.»"], []),
    "ja laughs": ("いいよ（笑）", [], ["（笑）"]),
    "zh does": ("（她点了点头）好的。", [], ["（她点了点头）"]),
    "ja does": ("＊笑う＊ いいよ。", [], ["＊笑う＊"]),
    "ja both": ("＊笑う＊「いいよ。」", ["「いいよ。」"], ["＊笑う＊"]),
    "zh stars": ("*点点头*“好的。”", ["“好的。”"], ["*点点头*"]),
    "zh gloss": ("她住在东京（日本首都）的郊外。", [], []),
    "zh unclosed": ("「走吧，他说。\n\n她没有说话」", [], []),
    "en": ('"A friend," she says, and the wind—cold—answers.', ['"A friend,"'], []),
    "en curly": ("“A friend,” she says.", ["“A friend,”"], []),
    "en dash aside": ("She waits — and waits. 6\" of rope, 5' more.", [], []),
    "list": ("– Milch\n– Brot\n– Käse", [], []),
    "author": ("Не ветер.\n— Антон Чехов", [], []),
}


@pytest.mark.parametrize("style", STYLES)
def test_every_typography_has_its_speech_action_and_narration(style: str) -> None:
    text, output, result = STYLES[style]

    taken = anatomy(text)
    assert (taken.speech, taken.action) == ("\n".join(output), "\n".join(result))
    spoken, acted, _ = shares([text])
    assert (spoken, acted) == (sum(map(len, output)), sum(map(len, result)))


def test_speech_of_one_message_does_not_go_on_in_the_next() -> None:
    assert shares(["「走吧", "她说」"])[0] == 0
    assert shares(["—Sí.", "dijo —"])[0] == len("—Sí.")


def test_the_styles_of_other_languages_are_conventions_too() -> None:
    assert anatomy("— Ветер сильный, — сказала она.").style == "quotes"
    assert anatomy("（她点了点头）好的，我们现在就一起走吧。").convention == "asterisks"
    assert anatomy("»Ja, gern«, sagte sie und ging hinaus.").convention == "quotes"


MARKED = "ab А я。.,!?…\n\t\"'*“”‘’„«»‹›「」『』｢｣＂＊（）（—–- 走네`"


@given(st.text(st.sampled_from(MARKED), max_size=80))
def test_taken_apart_and_joined_it_is_the_text(text: str) -> None:
    assert "".join(segment.text for segment in segments(text)) == text
    for line in re.findall(DASHED, text):
        assert "".join(stretch for _, stretch in dashed(line)) == line
    spoken, acted, output = shares([text])
    assert min(spoken, acted, output) >= 0
    assert spoken + acted + output == len(text.strip())


HOSTILE = ["「a", "«a", "»a ", "— a ", "— a, — b ", "”a ", "‚a", "（a", "＊a", "—a-", "- Я, "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_costs_linear_time(piece: str) -> None:
    text = "é" + piece * (100_000 // len(piece))
    started = time.process_time()
    anatomy(text)
    shares([text])
    assert time.process_time() - started < 5


@given(st.text(st.sampled_from("ab A1 .,!?:-\n\"'*`(“”‘’–—…"), max_size=60))
def test_fewer_marks_find_the_same_where_a_text_has_no_others(text: str) -> None:
    """A text of ASCII, curly quotes and dashes is searched by a shorter pattern."""
    whole = [match.span() for match in prose._marked("any", dashes=False).finditer(text)]
    assert [match.span() for match in prose._marked("typed", dashes=False).finditer(text)] == whole
    if text.isascii():
        assert [match.span() for match in prose._marked("ascii", dashes=False).finditer(text)] == whole
