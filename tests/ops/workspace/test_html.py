"""Pages escape by default, and only a page that is made loads the template engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from talekeep.ops.workspace import html

PAGES = Path(__file__).resolve().parents[3] / "templates" / "pages"
HOSTILE = "</p><script>alert(1)</script>\"'&"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Renders a template of this text, in the environment of the pages."""

    def make(template: str, **values: object) -> str:
        return html._environment().from_string(template).render(values)

    return make


def test_a_value_is_escaped_without_being_asked_to(made) -> None:
    assert made('<p title="{{ text }}">{{ text }}</p>', text=HOSTILE).count("<") == 2
    assert made("{{ text }}", text="a\u202eb\x1bc") == "aU+202EbU+001Bc"


@pytest.mark.parametrize("name", ["isolated", "shown"])
def test_filters_that_make_elements_escape_the_text_in_them(made, name: str) -> None:
    text = made(f"{{{{ text|{name} }}}}", text=HOSTILE + "\u202e")

    assert "<script" not in text
    assert '<bdi class="sign">U+202E</bdi>' in text


def test_a_name_that_a_template_does_not_get_is_an_error(made) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        made("{{ misspelt }}")


def test_no_template_turns_escaping_off() -> None:
    for template in PAGES.iterdir():
        text = template.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape" not in text or template.name == "base.html"
        assert "<script" not in text


@pytest.mark.parametrize(
    ("command", "loaded"),
    [
        (["status"], False),
        (["insights"], False),
        (["diff", "HEAD"], False),
        (["insights", "--html", "insights.html"], True),
        (["diff", "HEAD", "--html", "diff.html"], True),
    ],
)
def test_jinja_is_loaded_for_a_page_alone(dataset, tmp_path, command: list[str], loaded: bool) -> None:
    code = (
        "import json, sys; from talekeep.cli import main; code = main(sys.argv[1:]); "
        "print(json.dumps(['jinja2' in sys.modules, code]), file=sys.stderr)"
    )
    run = [sys.executable, "-c", code, "-C", str(dataset.path), *command]
    run = [str(tmp_path / word) if word.endswith(".html") else word for word in run]

    completed = subprocess.run(run, capture_output=True, text=True, check=True)

    assert json.loads(completed.stderr.splitlines()[-1]) == [loaded, 0]
