"""What the program knows of single languages: refusals of language models, replies that are still to be
written, words that end a text without a full stop, and which language a text is in, as far as that tells
whether there is a list for it.

Lists of our own, put together from reading, for the ten languages that data sets are most often in. A dataset
adds its own in talekeep.toml.
"""

import re
from collections import Counter
from collections.abc import Collection
from functools import cache
from functools import lru_cache

from talekeep.core.text import normalize

LISTED = ("en", "zh", "ja", "ko", "de", "es", "fr", "pt", "ru", "ar")

REFUSALS: dict[str, tuple[str, ...]] = {
    "en": (
        "as an ai language model",
        "as an artificial intelligence",
        "i cannot assist",
        "i don't have personal",
        "i must remind you that",
        "i'm just a language model",
        "i'm not able to",
        "it's important to note that i",
    ),
    "zh": (
        "作为一个ai语言模型",
        "作为一个人工智能",
        "作为ai语言模型",
        "作为一个语言模型",
        "我是一个人工智能",
        "我只是一个语言模型",
        "作為一個ai語言模型",
        "作為一個人工智慧",
        "我无法协助",
        "我無法協助",
        "我没有个人",
    ),
    "ja": (
        "ai言語モデルとして",
        "人工知能として",
        "aiアシスタントとして",
        "私はただの言語モデル",
        "大規模言語モデルとして",
        "お手伝いすることはできません",
        "お手伝いできません",
    ),
    "ko": (
        "ai 언어 모델로서",
        "인공지능 언어 모델로서",
        "인공지능으로서",
        "저는 언어 모델일 뿐",
        "저는 인공지능",
        "도와드릴 수 없습니다",
    ),
    "de": (
        "als ki-sprachmodell",
        "als ein ki-sprachmodell",
        "als künstliche intelligenz",
        "ich bin nur ein sprachmodell",
        "ich habe keine persönlichen",
        "dabei kann ich nicht helfen",
    ),
    "es": (
        "como modelo de lenguaje",
        "como un modelo de lenguaje",
        "como inteligencia artificial",
        "soy solo un modelo de lenguaje",
        "no tengo opiniones personales",
        "no puedo ayudarte con eso",
    ),
    "fr": (
        "en tant que modèle de langage",
        "en tant qu'ia",
        "en tant qu'intelligence artificielle",
        "je ne suis qu'un modèle de langage",
        "je n'ai pas d'opinions personnelles",
        "je ne peux pas vous aider avec",
    ),
    "pt": (
        "como modelo de linguagem",
        "como um modelo de linguagem",
        "como inteligência artificial",
        "sou apenas um modelo de linguagem",
        "não tenho opiniões pessoais",
        "não posso ajudar com isso",
    ),
    "ru": (
        "как языковая модель",
        "как ии",
        "как искусственный интеллект",
        "я всего лишь языковая модель",
        "у меня нет личных",
        "я не могу помочь с этим",
    ),
    "ar": (
        "كنموذج لغوي",
        "بصفتي نموذج لغة",
        "بصفتي نموذجا لغويا",
        "بصفتي ذكاء اصطناعيا",
        "كذكاء اصطناعي",
        "لا أستطيع مساعدتك في",
    ),
}

# A whole reply, without the marks around it.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "zh": (
        "待补充",
        "待補充",
        "待填写",
        "待填寫",
        "待定",
        "待写",
        "待完善",
        "占位符",
        "测试",
        "測試",
        "暂无",
        "此处填写",
    ),
    "ja": (
        "テスト",
        "仮テキスト",
        "ダミー",
        "未入力",
        "未記入",
        "要記入",
        "あとで書く",
        "後で書く",
        "プレースホルダー",
    ),
    "ko": ("테스트", "작성 예정", "추후 작성", "추후 입력", "미작성", "임시 텍스트"),
    "de": ("platzhalter", "antwort hier", "folgt noch", "noch zu schreiben", "hier steht text", "blindtext"),
    "es": ("prueba", "pendiente", "por completar", "por escribir", "respuesta aquí", "texto de relleno"),
    "fr": ("à compléter", "à remplir", "à rédiger", "réponse ici", "texte provisoire", "essai"),
    "pt": ("teste", "a completar", "por preencher", "a preencher", "resposta aqui", "texto provisório"),
    "ru": ("тест", "заглушка", "дописать", "заполнить", "ответ здесь", "будет позже", "текст ответа"),
    "ar": ("اختبار", "الرد هنا", "قيد الكتابة", "سيكتب لاحقا", "نص مؤقت"),
}
# Words that ask for a text to be put in, and of it all the reply consists.
_INSERTING = (
    r"(?:hier )?(?:die |deine )?(?:antwort|text)(?: hier)? einfügen|(?:füge|fügen sie) hier .{0,60} ein"
    r"|(?:insertar?|inserte|escriba|escribe) (?:la |tu |su )?(?:respuesta|texto)(?: aquí)?"
    r"|(?:insérer|insérez|écrire|écrivez) (?:la |votre )?(?:réponse|texte)(?: ici)?"
    r"|(?:inserir|insira|escreva) (?:a |sua )?(?:resposta|texto)(?: aqui)?"
    r"|(?:вставьте?|вставить|впишите) (?:сюда |здесь )?(?:ваш )?(?:ответ|текст)(?: сюда| здесь)?"
    r"|(?:请)?(?:在)?(?:此处|此處|这里|這裡|在此)?(?:插入|填写|填寫|输入|輸入|补充|補充)(?:您的|你的)?(?:回复|回覆|回答|内容|內容|文本)"
    r"|(?:ここに)?(?:返信|回答|テキスト|内容)を(?:入力|挿入|記入)(?:してください)?"
    r"|(?:여기에 )?(?:답변|응답|텍스트|내용)(?:을|를)? ?(?:입력|삽입|작성)(?:하세요|해 주세요)?"
    r"|(?:أدخل|ضع|اكتب) (?:الرد|النص|الإجابة|ردك)(?: هنا)?"
)

# Words with which a text or scene ends and no mark has to follow. Common words that end a sentence broken off
# just as well (French "fin" behind "la", Korean "계속") are only there with what makes them clear.
ENDINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "the end",
        "to be continued",
        "end of scene",
        "end scene",
        "end of chapter",
        "end of part one",
        "fade to black",
        "end of transmission",
    ),
    "zh": (
        "全文完",
        "全剧终",
        "全劇終",
        "剧终",
        "劇終",
        "未完待续",
        "未完待續",
        "待续",
        "待續",
        "本章完",
        "完",
    ),
    "ja": ("おわり", "終わり", "つづく", "続く", "完", "了", "終", "幕"),
    "ko": ("끝", "다음에 계속", "다음 편에 계속", "계속됩니다", "막이 내린다"),
    "de": ("ende", "fortsetzung folgt", "ende der szene", "ende des kapitels", "abblende"),
    "es": ("fin", "el fin", "continuará", "fin de la escena", "fin del capítulo", "fundido a negro"),
    "fr": ("fin", "à suivre", "fin de la scène", "fin du chapitre", "fondu au noir"),
    "pt": ("fim", "o fim", "continua", "fim da cena", "fim do capítulo", "corta para preto"),
    "ru": ("конец", "продолжение следует", "конец сцены", "конец главы", "занавес", "затемнение"),
    "ar": ("النهاية", "انتهى", "يتبع", "نهاية المشهد", "نهاية الفصل", "تمت"),
}
# One of these stands before them, or nothing does.
_MARKS_BEFORE = "\n.!?…。！？؟।-–—*~([（【〔"

# Scripts that are of one language, or of one that has a list beside others.
_SCRIPTS = (
    ("ja", "\u3041-\u30ff"),
    ("ko", "\u1100-\u11ff\uac00-\ud7a3"),
    ("zh", "\u3400-\u9fff"),
    ("ru", "\u0400-\u052f"),
    ("ar", "\u0620-\u06ff"),
    ("Hebrew", "\u05d0-\u05ea"),
    ("Greek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Hindi", "\u0900-\u097f"),
    ("Bengali", "\u0980-\u09ff"),
    ("Tamil", "\u0b80-\u0bff"),
    ("Telugu", "\u0c00-\u0c7f"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Lao", "\u0e80-\u0eff"),
    ("Tibetan", "\u0f00-\u0fff"),
    ("Burmese", "\u1000-\u109f"),
    ("Georgian", "\u10a0-\u10ff"),
    ("Armenian", "\u0530-\u058f"),
    ("Amharic", "\u1200-\u137f"),
    ("Khmer", "\u1780-\u17ff"),
)
# Letters that Russian and Arabic do not have.
_OTHERS = (("Ukrainian", "іїєґ"), ("Serbian", "ђћџљњј"), ("Persian", "پچژگی"), ("Urdu", "ٹڈڑے"))
_COMMON = {
    "en": "the and of to you is that it in her his with for was she he i a an as at be by on or not are do "
    "me my we no so this your can could how what have has from if will would they but there which when about",
    "de": "der die und das ist nicht ich sie mit ein eine zu den auf dem",
    "fr": "le les et est vous je pas une des dans il elle que qui sur",
    "es": "el los y en una es no con que se por su las del lo",
    "pt": "o os e não uma com do da em um para se você ela as",
    "Italian": "il di che non è per sono un gli della una ma ho si la",
    "Dutch": "de het een van en ik niet dat op ze zijn voor met hij",
    "Polish": "się nie na jest że z do jak to i w co mnie tak",
    "Turkish": "bir ve bu için de da ne çok gibi ama ben o mi",
    "Vietnamese": "của và là không một tôi cho những có được trong anh",
    "Swedish": "och att det som är inte jag en på hon han med för",
    "Danish or Norwegian": "og det er ikke jeg en på hun han med til at som",
    "Indonesian or Malay": "yang dan di itu dengan tidak ini saya untuk akan dia",
    "Czech": "se na je že to v a jsem ale co jako do tak",
    "Hungarian": "a az és hogy nem egy is van de ha csak mint",
    "Romanian": "și nu de la în că pe cu este mai din sunt un",
    "Finnish": "ja on ei se hän että oli mutta kun minä niin",
}
_LATIN = {name: frozenset(words.split()) for name, words in _COMMON.items()}
_ANY_LATIN = frozenset[str]().union(*_LATIN.values())
_LISTED_WORDS = frozenset[str]().union(*(_LATIN[name] for name in _LATIN.keys() & {*LISTED}))
_LISTED_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzäöüßáéíóúñàâçèêëîïôùûÿœæãõªº")
_AROUND_WORDS = ".,;:!?…()[]{}\"'“”„«»‚‘’*_-–—"
_FEWEST_OWN = 2
_READ = 400
_ENDING = 80
_AROUND_ENDINGS = " \t\r\n\"'”’»«›‹“‘」』)]}）】〕*_~-–—"
_FEWEST = 8
_SHARE = 0.12


def is_placeholder_in_any_language(bare: str) -> bool:
    """Whether a whole reply, folded and without the marks around it, is one of the lists."""
    return bare in _placeholders() or _inserting().fullmatch(bare) is not None


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(text for texts in PLACEHOLDERS.values() for text in texts)


@cache
def _inserting() -> re.Pattern[str]:
    return re.compile(_INSERTING)


def is_ending(text: str, own: Collection[str] = ()) -> bool:
    """Whether a text ends with words that end one, behind a full stop or on a line of their own.

    Args:
        own: further such words, folded.
    """
    end = text[-_ENDING:].rstrip(_AROUND_ENDINGS)
    compared = normalize.fold(end)
    for words in (*_endings(), *own):
        if compared.endswith(words):
            before = compared[: -len(words)].rstrip(" \t")
            if not before or before[-1] in _MARKS_BEFORE:
                return True
    return False


@lru_cache(maxsize=8)
def folded_endings(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Words that end a text as `is_ending` compares them; blank ones are left out."""
    return tuple(filter(None, (normalize.folded(text.strip(_AROUND_ENDINGS)) for text in texts)))


@cache
def _endings() -> frozenset[str]:
    return frozenset(text for texts in ENDINGS.values() for text in texts)


def unlisted_language(text: str) -> str | None:
    """The language of a text that there are no lists for, by name; None where there are or it is unclear."""
    begin = text[:_READ]
    if not begin.isascii():
        script = max(((len(re.findall(f"[{letters}]", begin)), name) for name, letters in _SCRIPTS))
        latin = len(re.findall(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]", begin))
        if script[0] * 2 > latin:
            return _of_script(script[1], begin)
    return _of_latin(begin)


def _of_script(name: str, text: str) -> str | None:
    if name == "zh" and re.search("[\u3041-\u30ff]", text):
        return None
    others = Counter({other: sum(map(text.count, letters)) for other, letters in _OTHERS})
    other, count = others.most_common(1)[0]
    if name in ("ru", "ar") and count * 40 > len(text):
        return other
    return None if name in LISTED else name


@lru_cache(maxsize=64)
def _of_latin(text: str) -> str | None:
    words = [word.strip(_AROUND_WORDS) for word in text.lower().split()]
    known = [word for word in words if word in _ANY_LATIN]
    if len(words) < _FEWEST or len(known) < _SHARE * len(words):
        return None
    counts = {name: sum(word in common for word in known) for name, common in _LATIN.items()}
    best = max(counts, key=lambda name: (counts[name], name in LISTED))
    # Short words of one language are words of others too: "to do a" is Czech and English.
    own = {word for word in known if word in _LATIN[best] and word not in _LISTED_WORDS}
    own |= {*filter(str.isalpha, text.lower())} - _LISTED_LETTERS
    return best if best not in LISTED and len(own) >= _FEWEST_OWN else None
