"""One value of a TOML file changes and every other line stays as a person wrote it."""

import string
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.store.toml_edit import with_value

TEXT = b"""# mine
format = 1
name = "Harbor" # the old one

[validation]
# as strict as can be
profile = "default"

[validation.rules]
T201 = "error"
"""


def changed(table, key, value, text=TEXT):
    return with_value(text, table, key, value, "x.toml").decode()


def test_a_value_is_replaced_and_the_rest_stays():
    made = changed("validation", "profile", "strict")
    assert made == TEXT.decode().replace('"default"', '"strict"')


@pytest.mark.parametrize("value", ['"Harbor"', '"a # b"', "'c\\ # d'", '["x", "# y"]', "7"])
def test_a_comment_behind_a_replaced_value_stays(value):
    before = f"name = {value}  # the old one\n"
    assert changed("", "name", "Quay # 3", before.encode()) == 'name = "Quay # 3"  # the old one\n'


def test_a_new_key_goes_into_its_table_and_a_new_table_to_the_end():
    assert '[validation.rules]\nX1 = "off"\nT201' in changed("validation.rules", "X1", "off")
    assert changed("export", "clean", True).endswith('T201 = "error"\n\n[export]\nclean = true\n')
    assert changed("", "id", "x").startswith('id = "x"\n# mine\n')


def test_a_key_is_taken_out():
    assert "T201" not in changed("validation.rules", "T201", None)
    assert changed("validation.rules", "X9", None) == TEXT.decode()
    assert changed("nowhere", "x", None, b"a = 1\n").startswith("a = 1")


@pytest.mark.parametrize("text", ['validation.profile = "x"\n', 'validation = {profile = "x"}\n'])
def test_what_is_written_in_an_unusual_way_is_left_to_its_writer(text):
    with pytest.raises(Refused):
        changed("validation", "profile", "strict", text.encode())


names = st.text(string.ascii_letters, min_size=1, max_size=3)
values = st.one_of(st.booleans(), st.integers(0, 9), st.text(max_size=5).filter(str.isprintable))


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=3), max_size=3), names, names, values)
def test_any_value_of_any_table_reads_back(tables, table, key, value):
    import tomli_w

    made = changed(table, key, value, tomli_w.dumps(tables).encode())
    assert tomllib.loads(made) == {**tables, table: {**tables.get(table, {}), key: value}}
