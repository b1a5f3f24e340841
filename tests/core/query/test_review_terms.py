"""`review:`, `review-by:` and `score:` ask what people said; a state that is none is refused."""

import pytest

from talekeep.core.errors import Usage
from talekeep.core.query.parser import parse
from talekeep.core.reviews import Standing


class Lookup:
    """Answers for the one entry there is."""

    def __init__(self, standing):
        self.standing = standing

    def standing_of(self, entry):
        return self.standing


APPROVED = Lookup(Standing("approved", True, {"wren_hale": "approved", "mara": "rejected"}, {"voice": 4}))


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("review:approved", True),
        ("review:disputed", True),
        ("review:stale,approved", True),
        ("review:needs-edit", False),
        ("-review:approved", False),
        ("review-by:mara", True),
        ('review-by:"Wren Hale"', True),
        ("review-by:oz", False),
        ("-review-by:oz,mara", False),
        ("score:voice>=4", True),
        ("score:voice > 4", False),
        ("score:Voice=4", True),
        ("score:voice!=4", False),
        ("score:pace>=1", False),
        ("-score:pace>=1", True),
        ("-score:voice>=4", False),
        ("not (score:pace>=1 or review:none)", True),
    ],
)
def test_reviews_are_asked_for(query, matches) -> None:
    assert parse(query).matches({"messages": []}, APPROVED) is matches
    assert parse(str(parse(query))) == parse(query)


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("review:aproved", "did you mean approved?"),
        ("review:fine", "review states are approved, needs_edit, rejected, none, stale, disputed"),
        ("score:voice", "score:voice>=4"),
        ("score:>=4", "criterion"),
        ("score:voice>=6", "from 1 to 5"),
        ("score:voice>=high", "from 1 to 5"),
        ("review-by:", "needs a value"),
        ("reviw:approved", "did you mean review:?"),
    ],
)
def test_a_slip_is_refused_with_the_right_spelling(query, part) -> None:
    with pytest.raises(Usage) as raised:
        parse(query)

    assert part in f"{raised.value.message} {raised.value.hint}"


def test_reviews_can_be_asked_for_only_inside_a_dataset() -> None:
    for query in ("review:none", "score:voice>=4", "review-by:wren"):
        with pytest.raises(Usage):
            parse(query).matches({"messages": []})
