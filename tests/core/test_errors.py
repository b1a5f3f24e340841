"""Problems carry what a person needs and what a process returns."""

import pytest

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage


@pytest.mark.parametrize(
    ("kind", "code"), [(Problem, 70), (Negative, 1), (Usage, 2), (NotFound, 3), (Refused, 4), (Outside, 5)]
)
def test_each_kind_of_problem_has_its_exit_code(kind, code):
    problem = kind("no entry 0193", "talekeep list")
    assert isinstance(problem, Problem)
    assert (problem.exit_code, problem.message, problem.hint) == (code, "no entry 0193", "talekeep list")
    assert str(problem) == "no entry 0193"


def test_a_bad_record_is_a_reason_and_no_problem_of_a_person():
    assert str(BadRecord("not JSON")) == "not JSON"
    assert not issubclass(BadRecord, Problem)
