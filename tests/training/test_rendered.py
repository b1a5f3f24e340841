"""A chat template of the user's own: what it refuses or leaves out is said, with the policy that helps."""

import pytest
from tests.training.oracles.odd_entries import ENTRIES

from talekeep.training.base import Draft
from talekeep.training.foretold import foretell
from talekeep.training.foretold import worst
from talekeep.training.rendered import rendered
from talekeep.training.trainers import TRAINERS
from talekeep.training.writers.text import Template

PLAIN = Template("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}")
ALL = Template(
    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<|{{ m.role }}|>{{ m.name }}"
    "{{ m.reasoning_content }}{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}\n{% endfor %}"
)
STRICT = Template(
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{{ m.content }}{% endfor %}"
)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("plain", ()),
        ("speaker names", ("names",)),
        ("reasoning", ("reasoning",)),
        ("tool call", ("tool calls", "tool definitions")),
    ],
)
def test_what_a_template_leaves_out_is_named(kind: str, missing: tuple[str, ...]) -> None:
    assert rendered(PLAIN, Draft(ENTRIES[kind])).missing == missing
    assert rendered(ALL, Draft(ENTRIES[kind])).missing == ()


def test_a_template_that_moves_or_drops_messages_is_found() -> None:
    last_first = Template("{% for m in messages | reverse %}{{ m.content }}\n{% endfor %}")
    assert rendered(last_first, Draft(ENTRIES["plain"])).missing == ("the order of messages",)
    first_alone = Template("{{ messages[0].content }}")
    assert rendered(first_alone, Draft(ENTRIES["plain"])).missing == ("texts of messages",)


@pytest.mark.parametrize("name", ["trl", "axolotl"])
def test_the_template_comes_before_what_is_taken_for_granted(name: str) -> None:
    trainer, draft = TRAINERS[name], Draft(ENTRIES["speaker names"])
    assert [each.verdict.policy for each in foretell(trainer, draft)] == ["names=prefix"]
    assert foretell(trainer, draft, rendered=rendered(ALL, draft)) == []
    (output,) = foretell(trainer, draft, rendered=rendered(PLAIN, draft))
    assert (output.verdict.fate, output.verdict.policy) == ("altered", "names=prefix")


def test_a_refusal_stops_the_run_and_names_the_policy() -> None:
    draft = Draft(ENTRIES["greeting without system"])
    first = worst(TRAINERS["trl"], foretell(TRAINERS["trl"], draft, rendered=rendered(STRICT, draft)))
    assert first is not None
    assert (first.verdict.fate, first.verdict.policy) == ("stops", "greeting=opener")
    assert "roles must alternate" in first.verdict.reason


def test_a_hosted_trainer_has_its_own_template() -> None:
    draft = Draft(ENTRIES["speaker names"])
    assert foretell(TRAINERS["mistral"], draft, rendered=rendered(ALL, draft)) == foretell(
        TRAINERS["mistral"], draft
    )
