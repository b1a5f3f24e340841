"""What an import answers: types that resolve at run time, and one log that becomes it."""

import dataclasses
import typing

from talekeep.ops.exchange.incoming.import_result import Imported
from talekeep.ops.exchange.incoming.import_result import ImportedRecord
from talekeep.ops.exchange.incoming.import_result import ImportLog


def test_every_type_of_the_answer_resolves_at_run_time() -> None:
    hints = typing.get_type_hints(Imported)

    assert {field.name for field in dataclasses.fields(Imported)} == hints.keys()
    assert hints["conflicts"].__args__[0].__name__ == "Open"


def test_logs_of_several_imports_become_one_answer() -> None:
    first, second = (ImportLog(commit=commit) for commit in ("one", None))
    first.added.append(ImportedRecord("a.jsonl", 1, 1, "id1"))
    second.added.append(ImportedRecord("b.jsonl", 1, 1, "id2"))
    first.formats["chatml"] = second.formats["chatml"] = 1
    second.took([("tags", ["calm"])])

    whole = ImportLog()
    for log in (first, second):
        whole.include(log)
    answer = whole.answer()

    assert [record.id for record in answer.added] == ["id1", "id2"]
    assert (answer.formats, answer.libraries, answer.commit) == ({"chatml": 2}, {"tags": ["calm"]}, "one")
