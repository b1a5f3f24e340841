"""Which message is which: by likeness in every script, at every length, and never with false certainty."""

import time

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.merge.message_pairs import Trust
from talekeep.core.merge.message_pairs import pair
from talekeep.core.merge.message_pairs import pairing


def says(text, role="user"):
    return {"role": role, "content": text}


def chat(*texts):
    return [says(text, ("user", "assistant")[n % 2]) for n, text in enumerate(texts)]


def test_an_edited_message_is_paired_with_what_it_became():
    before = [says("who goes there"), says("a friend with bread", "assistant")]
    after = [
        says("new here"),
        says("hello", "assistant"),
        says("who comes there"),
        says("a friend", "assistant"),
    ]
    assert pair(before, after) == [(None, 0), (None, 1), (0, 2), (1, 3)]


def test_a_rewritten_message_of_the_same_role_is_still_that_message():
    assert pair([says("a"), says("b", "assistant")], [says("x"), says("b", "assistant")]) == [(0, 0), (1, 1)]


def test_a_change_of_role_alone_keeps_the_message():
    assert pair([says("the same words")], [says("the same words", "assistant")]) == [(0, 0)]


def test_messages_of_other_roles_and_words_are_two_messages():
    assert pair([says("one")], [says("two", "assistant")]) == [(0, None), (None, 0)]


def test_a_moved_message_is_recognised_once_it_is_unique():
    a, b, c = says("a"), says("b"), says("c", "assistant")
    assert pair([a, b, c], [c, a, b]) == [(2, 0), (0, 1), (1, 2)]
    ok = says("ok", "tool")
    assert (1, None) in pair([a, ok, b, c, ok], [a, b, c, ok, ok])


MESSAGES = st.lists(
    st.builds(says, st.text("abc ", max_size=4), st.sampled_from(["user", "assistant"])) | st.none(),
    max_size=6,
)


@settings(max_examples=100)
@given(MESSAGES, MESSAGES)
def test_every_message_of_both_versions_is_in_one_pair(before, after):
    pairs = pair(before, after)
    assert sorted(i for i, _ in pairs if i is not None) == list(range(len(before)))
    assert [j for _, j in pairs if j is not None] == list(range(len(after)))


@settings(max_examples=100)
@given(MESSAGES)
def test_a_version_pairs_with_itself(messages):
    assert pair(messages, messages) == [(i, i) for i in range(len(messages))]


EXCHANGES = {
    "en": (
        ("Good morning.", "Come in."),
        (
            "Where were you?",
            "I did walk down to the sea, and hung my dry coat behind the door.",
            "Is the letter still here?",
            "The letter is still on the table, nobody touched it.",
        ),
        (("down", "up"), ("still", "again"), ("were", "are"), ("nobody", "none")),
    ),
    "zh": (
        ("早安。", "早安，进来吧。"),
        ("你去了哪里？", "我去了海边，把湿透的外套挂在门后。", "信还在吗？", "信还在桌上，没有人动过它。"),
        (("海", "湖"), ("还", "不"), ("去了", "在"), ("桌", "床")),
    ),
    "ja": (
        ("おはよう。", "おはよう、入って。"),
        (
            "どこへ行ったの？",
            "海まで歩いて、濡れた外套を扉の後ろに掛けた。",
            "手紙はまだある？",
            "手紙は机の上にある。",
        ),
        (("海", "湖"), ("まだ", "もう"), ("行った", "居た"), ("机", "棚")),
    ),
    "th": (
        ("อรุณสวัสดิ์", "เข้ามาสิ"),
        ("คุณไปไหนมา", "ฉันเดินไปที่ทะเลและแขวนเสื้อโค้ตไว้หลังประตู", "จดหมายยังอยู่ไหม", "จดหมายยังอยู่บนโต๊ะไม่มีใครแตะต้อง"),
        (("ทะเล", "ภูเขา"), ("ยังอยู่ไหม", "หายไปไหม"), ("คุณ", "เธอ"), ("โต๊ะ", "เตียง")),
    ),
    "lo": (
        ("ສະບາຍດີ", "ເຂົ້າມາ"),
        ("ເຈົ້າໄປໃສມາ", "ຂ້ອຍຍ່າງໄປທະເລ ແລະແຂວນເສື້ອໄວ້ຫຼັງປະຕູ", "ຈົດໝາຍຍັງຢູ່ບໍ່", "ຈົດໝາຍຍັງຢູ່ເທິງໂຕະ"),
        (("ທະເລ", "ພູ"), ("ຍັງຢູ່ບໍ່", "ຫາຍບໍ່"), ("ເຈົ້າ", "ລາວ"), ("ໂຕະ", "ຕຽງ")),
    ),
    "km": (
        ("អរុណសួស្ដី", "ចូលមក"),
        ("អ្នកទៅណាមក", "ខ្ញុំដើរទៅសមុទ្រ ហើយព្យួរអាវក្រោយទ្វារ", "សំបុត្រនៅទេ", "សំបុត្រនៅលើតុ គ្មានអ្នកប៉ះទេ"),
        (("សមុទ្រ", "ភ្នំ"), ("នៅទេ", "ឯណា"), ("ណាមក", "ណា"), ("តុ", "គ្រែ")),
    ),
    "my": (
        ("မင်္ဂလာပါ", "ဝင်ပါ"),
        ("ဘယ်သွားခဲ့လဲ", "ပင်လယ်ကို လမ်းလျှောက်ပြီး ကုတ်ကို တံခါးနောက်မှာ ချိတ်ခဲ့တယ်", "စာရှိသေးလား", "စာက စားပွဲပေါ်မှာ ရှိသေးတယ်"),
        (("ပင်လယ်", "တောင်"), ("သေးလား", "လား"), ("ခဲ့လဲ", "လဲ"), ("စားပွဲ", "ကုတင်")),
    ),
}


@pytest.mark.parametrize("script", EXCHANGES)
def test_an_exchange_put_in_front_of_four_edited_messages_moves_nobody(script):
    front, texts, edits = EXCHANGES[script]
    edited = [text.replace(*edit) for text, edit in zip(texts, _in_order(texts, edits), strict=True)]
    assert all(old != new for old, new in zip(texts, edited, strict=True))

    result = pairing(chat(*texts), chat(*front, *edited))

    assert result.pairs == [(None, 0), (None, 1), (0, 2), (1, 3), (2, 4), (3, 5)]
    assert result.doubts == {}


def _in_order(texts, edits):
    return [next(edit for edit in edits if edit[0] in text) for text in texts]


@pytest.mark.parametrize("size", [48, 52, 60, 120, 300])
def test_a_chat_changed_throughout_is_paired_whatever_its_length(size):
    before = chat(*(f"Mara turns page {n} of the log and says nothing about night {n}." for n in range(size)))
    after = [{**m, "content": m["content"].replace("Mara", "Maren")} for m in before]
    after[8] = {**after[8], "content": after[8]["content"].replace("nothing", "little")}

    assert pairing(before, after).pairs == [(n, n) for n in range(size)]
    assert pairing(before, after).doubts == {}


def test_a_chat_changed_throughout_and_shifted_is_paired_too():
    before = chat(*(f"Mara turns page {n} of the log and says nothing about night {n}." for n in range(200)))
    after = [{**m, "content": m["content"].replace("Mara", "Maren")} for m in before]
    after = [*chat("Who is there?", "Only me."), *after[:90], *after[94:]]

    pairs = pairing(before, after).pairs

    assert [(i, j) for i, j in pairs if i is not None and j is not None] == [
        *((n, n + 2) for n in range(90)),
        *((n, n - 2) for n in range(94, 200)),
    ]


def test_stock_replies_do_not_pull_their_neighbours_out_of_place():
    lines = ["Mara lit the lamp", "Mara rowed to the island", "Mara read the letter", "Mara went to sleep"]
    before = chat(*(text for line in lines for text in (line, "Go on.")))
    after = chat("Wait, who is she?", "Go on.", *(m["content"].replace("Mara", "Maren") for m in before))

    assert pair(before, after) == [(None, 0), (None, 1), *((n, n + 2) for n in range(8))]


def test_what_could_be_either_of_two_messages_is_a_guess():
    result = pairing(chat("Count to 1"), [says("Count to 2"), says("Count to 3")])

    assert result.doubts == {0: Trust.GUESS}
    assert result.trusted() == {}


def test_a_repeated_message_is_not_for_sure_one_of_its_twins():
    assert pairing([says("ok")], [says("ok"), says("ok")]).trusted() == {}
    assert pairing([says("ok"), says("ok")], [says("ok")]).trusted() == {}


def test_a_word_in_common_does_not_turn_a_question_into_an_answer():
    before, after = says("the gulls cry at the lamp"), says("over the harbour a cry", "assistant")

    assert pair([before], [after]) == [(0, None), (None, 0)]


def test_as_many_rewritten_messages_are_paired_by_place_and_not_for_sure():
    result = pairing(chat("one two", "three four"), chat("five six", "seven eight"))

    assert result.pairs == [(0, 0), (1, 1)]
    assert result.doubts == {0: Trust.PLACE, 1: Trust.PLACE}


def test_a_call_is_told_by_what_it_calls():
    def call(name, place):
        called = [{"type": "function", "function": {"name": name, "arguments": f'{{"at":"{place}"}}'}}]
        return {"role": "assistant", "content": "", "tool_calls": called}

    before = [call("weather", "harbor"), call("tide", "island")]
    after = [call("moon", "keel"), call("weather", "harbor tower"), call("tide", "island shore")]

    assert pair(before, after) == [(None, 0), (0, 1), (1, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("words", [3, 80])
def test_a_thousand_changed_messages_are_paired_in_about_a_second(words):
    before = chat(
        *(" ".join(f"w{(n * 31 + k * k) % 997}" for k in range(words)) + " Mara" for n in range(1000))
    )
    after = [{**m, "content": m["content"].replace("Mara", "Maren") + " now"} for m in before]
    after = [*chat("Who is there?", "Only me."), *after]
    started = time.process_time()

    result = pairing(before, after)

    # A tenth of it on a quiet machine.
    assert time.process_time() - started < 8
    assert result.trusted() == {n + 2: n for n in range(1000)}


@pytest.mark.slow
def test_thousands_of_different_messages_are_paired_in_seconds():
    before, after = [says(f"a{n} b{n}") for n in range(3000)], [says(f"c{n} d{n}") for n in range(3001)]
    started = time.process_time()
    assert len(pair(before, after)) == 3001
    assert time.process_time() - started < 8
