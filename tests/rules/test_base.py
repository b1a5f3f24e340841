"""What several rules ask of one entry."""

from typing import Any

from talekeep import rules
from talekeep.rules.base import Context
from talekeep.rules.base import asked_once
from talekeep.rules.base import looking_at

calls: list[Any] = []


@asked_once
def _length(value: Any, context: Context) -> int:
    calls.append(value)
    return len(value or "")


def test_a_question_about_the_entry_that_is_looked_at_is_answered_once() -> None:
    calls.clear()
    context, entry = Context(), {"messages": []}

    with looking_at(entry, context):
        assert [_length(entry, context) for _ in range(3)] == [1, 1, 1]

    assert calls == [entry]


def test_an_answer_is_forgotten_with_its_entry() -> None:
    calls.clear()
    context, entry = Context(), {"messages": []}
    with looking_at(entry, context):
        _length(entry, context)
    entry["more"] = []

    assert _length(entry, context) == 2
    with looking_at(entry, context):
        assert _length(entry, context) == 2


def test_another_value_is_never_given_the_answer_of_the_entry() -> None:
    context, entry = Context(), {"messages": []}

    assert _length(None, context) == 0
    with looking_at(entry, context):
        assert (_length(entry, context), _length({}, context), _length(None, context)) == (1, 0, 0)
        assert _length(entry, Context()) == 1


def test_rules_find_the_same_in_an_entry_that_was_changed_in_between() -> None:
    entry = {"id": "0193c7aa-0000-7000-8000-000000000001", "messages": [{"role": "user", "content": "Hi"}]}
    plan, context = rules.plan(rules.severities()), Context()
    before = rules.run(entry, plan, context)

    entry["messages"] += [{"role": "assistant", "content": "Hello."}]

    assert {f.code for f in rules.run(entry, plan, context)} < {f.code for f in before}
