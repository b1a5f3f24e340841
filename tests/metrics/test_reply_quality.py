"""Placeholders in ten languages and those a dataset adds; and a word where a language has no list."""

from pathlib import Path
from typing import Any

import pytest

from talekeep.core import codec
from talekeep.core.text.languages import LISTED
from talekeep.core.text.languages import REFUSALS
from talekeep.core.text.prose import ends_mid_sentence
from talekeep.metrics.reply_quality import METRIC
from talekeep.metrics.reply_quality import is_placeholder
from talekeep.metrics.reply_quality import with_placeholders
from talekeep.rules.base import Context
from talekeep.rules.text import RULES

PLACEHOLDERS = {
    "en": ("[insert reply here]", "TODO", "test"),
    "zh": ("待补充", "【待填写】", "测试"),
    "ja": ("（未記入）", "テスト"),
    "ko": ("테스트", "작성 예정"),
    "de": ("[hier Antwort einfügen]", "noch zu schreiben"),
    "es": ("[insertar respuesta aquí]", "por completar"),
    "fr": ("[insérer la réponse ici]", "à compléter"),
    "pt": ("[inserir resposta aqui]", "a preencher"),
    "ru": ("тест", "[вставить ответ]"),
    "ar": ("اختبار", "[أدخل الرد هنا]"),
}
# The whole of a reply that ends, and one that was cut, in each language.
ENDED = {
    "en": ("She lit the lamp.", "She lit the"),
    "zh": ("她点亮了灯。", "她点亮了"),
    "ja": ("彼女は灯りをともした。", "彼女は灯りを"),
    "ko": ("그녀는 등불을 켰다.", "그녀는 등불을"),
    "de": ("Sie zündete die Lampe an.", "Sie zündete die"),
    "es": ("¿Quién encendió la lámpara?", "Encendió la"),
    "fr": ("Elle alluma la lampe !", "Elle alluma la"),
    "pt": ("Ela acendeu a lâmpada.", "Ela acendeu a"),
    "ru": ("Она зажгла лампу.", "Она зажгла"),
    "ar": ("من أشعل المصباح؟", "أشعلت"),
}


@pytest.mark.parametrize("language", LISTED)
def test_the_most_met_languages_have_lists_that_find_what_is_usual_in_them(language: str) -> None:
    assert [text for text in PLACEHOLDERS[language] if not is_placeholder(text)] == []
    phrase = REFUSALS[language][0].capitalize()
    entry = {
        "id": "x",
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": phrase}],
    }
    (rule,) = (rule for rule in RULES if rule.code == "X301")
    assert [*rule.check(entry, Context())]


@pytest.mark.parametrize("language", LISTED)
def test_a_reply_that_stops_in_the_middle_is_told_from_one_that_ends(language: str) -> None:
    whole, cut = ENDED[language]
    before = f"{whole} " * 5
    assert not ends_mid_sentence(f"{before}{whole}")
    assert ends_mid_sentence(f"{before}{cut}")


def test_a_dataset_adds_placeholders_of_its_own() -> None:
    messages = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "«Žádný text»"}]
    entry = {"id": "x", "messages": messages}
    assert METRIC.measure(entry)["placeholder"] == 0
    own = with_placeholders(["«žádný text»", " "])
    assert own.measure(entry)["placeholder"] == 1
    assert own.version != METRIC.version
    assert with_placeholders([]) is METRIC


def test_insights_counts_them_by_talekeep_toml(tmp_path: Path, run: Any) -> None:
    harbor, given = tmp_path / "harbor", tmp_path / "given.jsonl"
    turns = [{"role": "user", "content": "Kdo je tam?"}, {"role": "assistant", "content": "(prázdné)"}]
    given.write_bytes(codec.encode({"messages": turns}))
    run("init", harbor, "-q", check=0)
    run("-C", harbor, "import", str(given), "-q", check=0)
    assert run("-C", harbor, "insights", "--json", check=0).json["metrics"]["replies"]["placeholder"] == 0
    config = harbor / "talekeep.toml"
    text = config.read_text(encoding="utf-8")
    assert "placeholders = []" in text
    config.write_text(text.replace("placeholders = []", 'placeholders = ["prázdné"]'), encoding="utf-8")
    assert run("-C", harbor, "insights", "--json", check=0).json["metrics"]["replies"]["placeholder"] == 1
