"""The law of merging chats: in any script and length both sides' changes are on the right messages, or a
conflict names just those messages.

A model makes a chat and what each side means to do to it, so it knows which message is which; the merge sees
three chats and has to find out.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.merge.records import merge_entry

# Words of everyday chats by script; what goes between two of them.
VOCABULARY = {
    "en": (
        " ",
        "the lamp sea fog bell tide rope storm harbor gull letter keel she he walks reads "
        "waits turns opens closes slowly quietly again before after door window coat bread "
        "salt rain stone light night morning under over with without hand voice road bridge "
        "wind fire winter summer child keeper boat island",
    ),
    "zh": (
        "",
        "灯塔 大海 雾气 钟声 潮水 绳子 风暴 港口 海鸥 书信 她 他 走路 阅读 等待 转身 打开 关上 慢慢 安静 再次"
        " 以前 以后 大门 窗户 外套 面包 盐 下雨 石头 光线 夜晚 早晨 下面 上面 的 了 在 是 手 声音 道路 小桥 "
        "风 火 冬天 夏天 孩子 看守 小船 岛屿",
    ),
    "ja": (
        "",
        "灯台 海 霧 鐘 潮 縄 嵐 港 かもめ 手紙 彼女は 彼は 歩く 読む 待つ 振り向く 開ける 閉める ゆっくり "
        "静かに また 前に 後で 扉 窓 外套 パン 塩 雨 石 光 夜 朝 下に 上に の が を に 手 声 道 橋 風 火 "
        "冬 夏 子供 番人 船 島",
    ),
    "th": (
        "",
        "ประภาคาร ทะเล หมอก ระฆัง น้ำขึ้น เชือก พายุ ท่าเรือ นกนางนวล จดหมาย เธอ เขา เดิน "
        "อ่าน รอ หัน เปิด ปิด ช้าๆ เงียบๆ อีกครั้ง ก่อน หลัง ประตู หน้าต่าง เสื้อโค้ต ขนมปัง "
        "เกลือ ฝน หิน แสง กลางคืน ตอนเช้า ใต้ บน กับ ไม่มี มือ เสียง ถนน สะพาน ลม ไฟ ฤดูหนาว "
        "ฤดูร้อน เด็ก คนเฝ้า เรือ เกาะ",
    ),
    "lo": (
        "",
        "ປະພາຄານ ທະເລ ໝອກ ລະຄັງ ນ້ຳຂຶ້ນ ເຊືອກ ພາຍຸ ທ່າເຮືອ ນົກ ຈົດໝາຍ ນາງ ລາວ ຍ່າງ ອ່ານ ລໍຖ້າ "
        "ຫັນ ເປີດ ປິດ ຊ້າໆ ງຽບໆ ອີກ ກ່ອນ ຫຼັງ ປະຕູ ປ່ອງຢ້ຽມ ເສື້ອ ເຂົ້າຈີ່ ເກືອ ຝົນ ຫີນ ແສງ "
        "ກາງຄືນ ຕອນເຊົ້າ ລຸ່ມ ເທິງ ກັບ ມື ສຽງ ຖະໜົນ ຂົວ ລົມ ໄຟ",
    ),
    "km": (
        "",
        "ប៉មភ្លើង សមុទ្រ អ័ព្ទ កណ្ដឹង ជំនោរ ខ្សែ ព្យុះ កំពង់ផែ បក្សី សំបុត្រ នាង គាត់ ដើរ អាន "
        "រង់ចាំ ងាក បើក បិទ យឺតៗ ស្ងាត់ ម្ដងទៀត មុន ក្រោយ ទ្វារ បង្អួច អាវ នំប៉័ង អំបិល ភ្លៀង "
        "ថ្ម ពន្លឺ យប់ ព្រឹក ក្រោម លើ ជាមួយ ដៃ សំឡេង ផ្លូវ ស្ពាន",
    ),
    "my": (
        "",
        "မီးပြတိုက် ပင်လယ် မြူ ခေါင်းလောင်း ဒီရေ ကြိုး မုန်တိုင်း ဆိပ်ကမ်း ငှက် စာ သူမ သူ "
        "လမ်းလျှောက် ဖတ် စောင့် လှည့် ဖွင့် ပိတ် ဖြည်းဖြည်း တိတ်တိတ် ထပ် အရင် နောက် တံခါး "
        "ပြတင်း ကုတ် ပေါင်မုန့် ဆား မိုး ကျောက် အလင်း ည မနက် အောက် အပေါ် နှင့် လက် အသံ",
    ),
    "ar": (
        " ",
        "المنارة البحر الضباب الجرس المد الحبل العاصفة الميناء النورس الرسالة هي هو تمشي تقرأ "
        "تنتظر تفتح تغلق ببطء بهدوء مرة قبل بعد الباب النافذة المعطف الخبز الملح المطر الحجر "
        "الضوء الليل الصباح تحت فوق مع بدون يد صوت طريق",
    ),
    "hi": (
        " ",
        "प्रकाशस्तंभ समुद्र कोहरा घंटी ज्वार रस्सी तूफान बंदरगाह पक्षी चिट्ठी वह चलती पढ़ती "
        "रुकती खोलती धीरे चुपचाप फिर पहले बाद दरवाज़ा खिड़की कोट रोटी नमक बारिश पत्थर रोशनी "
        "रात सुबह नीचे ऊपर साथ बिना हाथ आवाज़ सड़क पुल हवा आग सर्दी",
    ),
    "ko": (
        " ",
        "등대 바다 안개 종소리 밀물 밧줄 폭풍 항구 갈매기 편지 그녀는 그는 걷는다 읽는다 기다린다 돌아본다"
        " 연다 닫는다 천천히 조용히 다시 전에 후에 문 창문 외투 빵 소금 비 돌 빛 밤 아침 아래 위 함께 없이 "
        "손 목소리 길 다리 바람 불 겨울",
    ),
}
NEW = {
    "en": ("copper", "velvet", "sparrow", "thunder"),
    "zh": ("铜钱", "丝绒", "麻雀", "雷电"),
    "ja": ("銅貨", "ビロード", "すずめ", "雷鳴"),
    "th": ("ทองแดง", "กำมะหยี่", "กระจอก", "ฟ้าร้อง"),
    "lo": ("ທອງແດງ", "ກຳມະຫຍີ່", "ນົກຈອກ", "ຟ້າຮ້ອງ"),
    "km": ("ស្ពាន់", "កម្ញី", "ចាប", "ផ្គរលាន់"),
    "my": ("ကြေးနီ", "ကတ္တီပါ", "စာငှက်", "မိုးကြိုး"),
    "ar": ("نحاس", "مخمل", "عصفور", "رعد"),
    "hi": ("तांबा", "मखमल", "गौरैया", "गर्जन"),
    "ko": ("구리", "벨벳", "참새", "천둥"),
}
NAMES = {
    "en": ("Mara", "Maren"),
    "zh": ("小梅", "小兰"),
    "ja": ("マラ", "マレン"),
    "ko": ("마라는", "마렌은"),
}
NAMES |= {"th": ("มารา", "มาเรน"), "lo": ("ມາລາ", "ມາເຣນ"), "km": ("ម៉ារ៉ា", "ម៉ារ៉េន"), "my": ("မာရာ", "မာရန်")}
NAMES |= {"ar": ("مارا", "مارين"), "hi": ("मारा", "मारेन")}
SCRIPTS = sorted(VOCABULARY)


@dataclass
class Message:
    """A message as words, so that an edit has a place."""

    role: str
    words: list[str]
    name: str | None = None

    def value(self, between: str) -> dict[str, Any]:
        named = {} if self.name is None else {"name": self.name}
        return {"role": self.role, **named, "content": between.join(self.words)}


@dataclass
class Side:
    """What one side means to do: words by (message, place), speakers, messages that go, and those put in
    before a message."""

    words: dict[tuple[int, int], str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    put_in: dict[int, list[Message]] = field(default_factory=dict)

    def touched(self) -> set[int]:
        return ({k for k, _ in self.words} | self.names.keys()) - self.gone

    def on(self, number: int, message: Message) -> Message:
        words = [self.words.get((number, at), word) for at, word in enumerate(message.words)]
        return Message(message.role, words, self.names.get(number, message.name))

    def chat(self, base: list[Message]) -> list[Message]:
        chat: list[Message] = []
        for number in range(len(base) + 1):
            chat += self.put_in.get(number, [])
            if number < len(base) and number not in self.gone:
                chat.append(self.on(number, base[number]))
        return chat


class Model:
    """A chat and two sides, made at random."""

    def __init__(self, seed: int, script: str, *, short: bool) -> None:
        self.dice, self.script, self.short = random.Random(seed), script, short
        self.between, words = VOCABULARY[script]
        self.vocabulary = words.split()
        self.stock = [self.dice.sample(self.vocabulary, n) for n in (1, 2, 2, 3)]
        size = self.dice.choice([3, 6, 12, 12, 40, 40, 120, 300])
        self.base = self._messages(size, 0)
        self.sides = [self._side(), self._side()]

    def _messages(self, count: int, first: int) -> list[Message]:
        roles = ("user", "assistant")
        return [Message(roles[(first + n) % 2], self._words()) for n in range(count)]

    def _new_messages(self, at: int) -> list[Message]:
        """Messages unlike those that stand near: which of two equal ones is new, no text tells."""
        near = [message.words for message in self.base[max(at - 6, 0) : at + 6]]
        while True:
            new = self._messages(self.dice.choice([1, 2, 2, 4]), at)
            if not any(message.words in near for message in new):
                return new

    def _words(self) -> list[str]:
        if self.short and self.dice.random() < 0.25:
            return [*self.dice.choice(self.stock)]
        length = self.dice.randint(2, 12) if self.short else self.dice.randint(12, 40)
        name = [NAMES[self.script][0]] if self.dice.random() < 0.5 else []
        words = [*name, *self.dice.choices(self.vocabulary, k=length)]
        self.dice.shuffle(words)
        return words

    def _side(self) -> Side:
        dice, count, side = self.dice, len(self.base), Side()
        if dice.random() < 0.3:
            old, new = NAMES[self.script]
            for number, message in enumerate(self.base):
                side.words |= {(number, at): new for at, word in enumerate(message.words) if word == old}
        if dice.random() < 0.3:
            chosen = (
                range(count) if dice.random() < 0.5 else dice.sample(range(count), dice.randint(1, count))
            )
            side.names |= {n: ("wren", "mara")[n % 2] for n in chosen}
        share = dice.choice([0, 0.05, 0.3, 1.0])
        for number, message in enumerate(self.base):
            if dice.random() < share:
                for at in dice.sample(range(len(message.words)), 1 + len(message.words) // 20):
                    side.words[number, at] = dice.choice(NEW[self.script])
        for _ in range(dice.choice([0, 0, 1, 1, 3])):
            at = dice.randrange(count + 1)
            side.put_in[at] = self._new_messages(at)
        for _ in range(dice.choice([0, 0, 1, 1, 3])):
            at = dice.randrange(count)
            side.gone |= {*range(at, min(count, at + dice.choice([1, 2, 2, 4])))}
        return side

    def values(self, chat: list[Message]) -> list[dict[str, Any]]:
        return [message.value(self.between) for message in chat]

    def truth(self) -> list[dict[str, Any]]:
        """Everything both mean; only right where they do not clash."""
        a, b = self.sides
        both = Side(gone=a.gone | b.gone)
        chat: list[Message] = []
        for number in range(len(self.base) + 1):
            first, second = a.put_in.get(number, []), b.put_in.get(number, [])
            chat += first + ([] if first and second else second)
            if number < len(self.base) and number not in both.gone:
                chat.append(b.on(number, a.on(number, self.base[number])))
        return self.values(chat)

    def clashes(self) -> set[int]:
        """Messages that one side changes otherwise than the other, or one changes and the other takes out."""
        a, b = self.sides
        places, speakers = a.words.keys() & b.words.keys(), a.names.keys() & b.names.keys()
        differ = {k for k, at in places if a.words[k, at] != b.words[k, at]}
        differ |= {k for k in speakers if a.names[k] != b.names[k]}
        return (a.gone & b.touched()) | (b.gone & a.touched()) | (differ - a.gone - b.gone)

    def near(self) -> set[int]:
        """Messages where words of the two sides stand so close that a person is asked."""
        a, b = ({k: [at for n, at in side.words if n == k] for k, _ in side.words} for side in self.sides)
        return {k for k in a.keys() & b.keys() if any(abs(x - y) < 5 for x in a[k] for y in b[k] if x != y)}

    def crowded(self) -> bool:
        """Whether both put messages into one place or one does where messages go, or one puts some in and
        both take the same ones out."""
        gone = self.sides[0].gone | self.sides[1].gone
        if self.sides[0].gone & self.sides[1].gone and any(side.put_in for side in self.sides):
            return True
        places = [*self._places(self.sides[0], gone), *self._places(self.sides[1], gone)]
        return len(places) != len(set(places)) or any(
            {at, at - 1} & gone for side in self.sides for at in side.put_in
        )

    def _places(self, side: Side, gone: set[int]) -> Iterator[int]:
        """For each insertion the number of messages that stay before it."""
        stay = [n for n in range(len(self.base)) if n not in gone]
        return (sum(n < at for n in stay) for at in side.put_in)


def check(model: Model) -> int:
    """Merge, compare with the truth; how many conflicts there are."""
    base, ours, theirs = (
        {"id": "x", "messages": model.values(chat)}
        for chat in (model.base, *(side.chat(model.base) for side in model.sides))
    )
    merged = merge_entry(base, ours, theirs)
    if not merged.conflicts:
        assert not model.clashes()
        if not model.crowded():
            assert merged.value["messages"] == model.truth()
        return 0
    named = sum(len(c["base"]) if isinstance(c.get("base"), list) else 1 for c in merged.conflicts)
    both = model.sides[0].touched() | model.sides[0].gone, model.sides[1].touched() | model.sides[1].gone
    assert named <= 2 * len(both[0] & both[1]) + 4 * len(merged.conflicts)
    return len(merged.conflicts)


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_long_messages_are_merged_where_they_belong_and_only_a_clash_is_a_conflict(script, seed):
    model = Model(seed, script, short=False)
    conflicts = check(model)
    if not model.clashes() and not model.near() and not model.crowded():
        assert conflicts == 0


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_short_and_repeated_messages_are_never_merged_wrong(script, seed):
    check(Model(seed, script, short=True))


@pytest.mark.slow
@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_hundred_chats_in_every_script_are_merged_right(script, short):
    recorded = [check(Model(seed, script, short=short)) for seed in range(100)]
    assert 0 in recorded
    assert any(recorded)


@pytest.mark.parametrize("script", SCRIPTS)
def test_speakers_land_on_their_messages_where_an_exchange_came_before_them(script):
    between, vocabulary = VOCABULARY[script]
    words = vocabulary.split()
    base = [Message(("user", "assistant")[n % 2], words[n * 9 : n * 9 + 9]) for n in range(4)]
    front = [Message("user", words[37:39]), Message("assistant", words[38:40])]
    mended = Side(words={(n, 4): NEW[script][n] for n in range(4)}, put_in={0: front})
    named = Side(names={1: "mara", 3: "osric"})
    before, ours, theirs = (
        {"id": "x", "messages": [m.value(between) for m in chat]}
        for chat in (base, mended.chat(base), named.chat(base))
    )

    merged = merge_entry(before, ours, theirs)

    assert merged.conflicts == ()
    assert [m.get("name") for m in merged.value["messages"]] == [None, None, None, "mara", None, "osric"]
    assert [m["content"] for m in merged.value["messages"]] == [m["content"] for m in ours["messages"]]


@pytest.mark.parametrize("size", [48, 52, 60, 120, 300])
@pytest.mark.parametrize("script", ["en", "zh", "th", "ar"])
def test_a_name_changed_in_every_message_leaves_room_for_a_word_mended_in_one(script, size):
    between, vocabulary = VOCABULARY[script]
    words, (old, new) = vocabulary.split(), NAMES[script]
    base = [
        Message(("user", "assistant")[n % 2], [old, *(words[(n * k) % len(words)] for k in range(3, 12))])
        for n in range(size)
    ]
    renamed, mended = Side(words={(n, 0): new for n in range(size)}), Side(words={(8, 6): NEW[script][0]})
    before, ours, theirs = (
        {"id": "x", "messages": [m.value(between) for m in chat]}
        for chat in (base, renamed.chat(base), mended.chat(base))
    )

    merged = merge_entry(before, ours, theirs)

    assert merged.conflicts == ()
    both = [mended.on(n, renamed.on(n, m)) for n, m in enumerate(base)]
    assert merged.value["messages"] == [m.value(between) for m in both]
