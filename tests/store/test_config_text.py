"""`.git/config` is edited so that git sees one key differ, and nobody sees another byte differ."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.errors import Refused
from talekeep.store.git import config_text
from talekeep.store.git.config_text import SyntaxFault
from talekeep.store.git.config_text import edited
from talekeep.store.git.config_text import parse

UGLY = [
    b"",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf[core]\r\n\tbare = false\r\n",
    b"[core]\n\tbare = false",
    b"[core] bare = false\n",
    b"[core] bare = false",
    b"[core]bare=false;x\n[core] # again\n\teditor = vi\n",
    b"; top\n[core]\n\t# why\n\tbare = false # because\n\n[a]\n",
    b'[remote "a.b c\\"d\\\\"]\n\turl = x\n[remote "A.B c"]\n\turl = "y ; z"\n',
    b"[Remote.Up]\n\turl = x\n",
    b"[alias]\n\tst = !git \\\n  status \\\n # no comment\n\tco = checkout\n",
    b"[core]\n\tbare\n\tfilemode\t\n\tEditor\n",
    b"[core]\n\teditor = one \\",
    b"[core]\n\teditor = \\\n\n[x]\n\ty = z",
    b'[x]\n\ty = a" b # "c ; d # e\n\tz = "tab\\t quote\\" back\\\\"   \n',
    b"[a] [b] c = d\n[a]\n[a]\n",
    b"[include]\n\tpath = ../private.inc\n[user]\n\tname = Wren\n",
    b'[includeIf "gitdir:/"]\n\tpath = ../private.inc\n',
    b"[core]\n\tbare = false\n\tbare = true\n[core]\n\tBARE = false\n",
    b"[core]\n\tbare =\n\teditor = \n\tpager =   # none\n",
    b"[s]\n\tk = v\n# the end\\",
    b"\n\n[s]\n\n\n\tk = v\n\n\n",
    b'[s ""]\n\tk = v\n[s]\n\tk = w\n',
    b'[s\t "u"]\tk\t=\t v\t\n',
    '[s "恋愛"]\n\tk = é\n'.encode(),
    b"[s]\n\tk = \xff\xfe\n",
]
KEYS = [
    ("core", None, "bare"),
    ("core", None, "editor"),
    ("remote", 'a.b c"d\\', "url"),
    ("remote", "up", "url"),
    ("s", "u", "k"),
    ("s", "", "k"),
    ("s", None, "k"),
    ("a", None, "c"),
    ("b", None, "c"),
    ("x", None, "y"),
    ("alias", None, "st"),
    ("new", 'sub "section" \\ é', "key-name"),
    ("merge", "talekeep", "driver"),
]
VALUES = [
    "x",
    "",
    " lead",
    "trail\t",
    'q"uo\\te',
    "a # b ; c",
    "two\nlines",
    "é 恋",
    "tab\there",
    "cr\rx",
    None,
]


def listed(path: Path) -> list[tuple[str, str, str | None]]:
    """What `git config --list --show-origin` says, in its order: file, key, value."""
    words = ["git", "config", "--file", str(path), "--includes", "--list", "--show-origin", "-z"]
    completed = subprocess.run(words, capture_output=True, check=False)
    if completed.returncode:
        raise SyntaxFault(0)
    fields = completed.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    rows = zip(fields[::2], fields[1::2], strict=True)
    return [(origin, *_key_and_value(text)) for origin, text in rows]


def _key_and_value(text: str) -> tuple[str, str | None]:
    key, newline, value = text.partition("\n")
    return key, value if newline else None


def name_of(key: config_text.Key) -> str:
    section, subsection, name = key
    return f"{section.lower()}.{'' if subsection is None else subsection + '.'}{name.lower()}"


def check(folder: Path, before: bytes, key: config_text.Key, value: str | None) -> None:
    place = folder / "config"
    place.write_bytes(before)
    old = listed(place)

    after = edited(before, {key: value})

    place.write_bytes(after)
    new, origin, name = listed(place), f"file:{place}", name_of(key)
    own = [row for row in new if row[:2] == (origin, name)]
    assert own == ([] if value is None else [(origin, name, value)])
    assert [row for row in new if row not in own] == [row for row in old if row[:2] != (origin, name)]
    assert edited(after, {key: value}) == after
    check_bytes(before, after, key, value)


def check_bytes(before: bytes, after: bytes, key: config_text.Key, value: str | None) -> None:
    """Nothing went but the key's own entries, nothing came but one entry and a header for it."""
    section = (key[0].encode(), None if key[1] is None else key[1].encode())
    own = [e for e in parse(before).entries if (e.section, e.name) == (section, key[2].lower().encode())]
    kept = bytearray(before)
    for entry in reversed(own):
        del kept[entry.start : entry.end]
    comments = re.compile(rb"(?m)[#;][^\n]*$")
    if not own and value is None:
        assert after == before
    elif not own:
        # One piece came in; what stands before and behind it is as it was.
        ends = (n for n in range(len(before) + 1) if after.startswith(before[:n]))
        assert any(after.endswith(before[n:]) for n in ends)
    else:
        assert all(comment in after for comment in comments.findall(bytes(kept)))
        assert len(after) <= len(before) + len(value or "") * 2 + 6
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")


@pytest.fixture
def private(tmp_path: Path, git: object) -> Path:
    """A folder for configuration files, beside one that some of them include."""
    (tmp_path / "private.inc").write_text("[user]\n\temail = wren@example.invalid\n[core]\n\tbare = true\n")
    (tmp_path / "r").mkdir()
    return tmp_path / "r"


@pytest.mark.parametrize("before", UGLY)
def test_one_key_set_or_removed_is_all_that_git_sees(private: Path, before: bytes) -> None:
    for number, key in enumerate(KEYS):
        check(private, before, key, VALUES[number % len(VALUES)])
        check(private, before, key, None)
        check(private, before, key, "plain")


NAMES = st.sampled_from(["core", "Remote", "s", "x-1"])
SUBSECTIONS = st.none() | st.sampled_from(["a", "A", "a.b", 'q"u\\o', "sp ace", "é", "", "#;", "]"])
SPACES = st.sampled_from(["", " ", "\t", "  \t"])
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " # note\n", " ; note \\\n"])
TEXTS = st.text(st.sampled_from(list('ab #;"\\ \t\n=[]é')), max_size=8)


@st.composite
def headers(draw: st.DrawFn) -> str:
    name, subsection = draw(NAMES), draw(SUBSECTIONS)
    if subsection is None:
        return f"[{name}]"
    escaped = subsection.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{name}{draw(st.sampled_from([" ", "  "]))}"{escaped}"]'


@st.composite
def values(draw: st.DrawFn) -> str:
    """A value as somebody may write it: plain, quoted, or over several lines."""
    text = draw(TEXTS)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    forms = [f'"{escaped}"', re.sub('[#;"\\\\\n]', "", text), f'x\\\n{draw(SPACES)}"{escaped}"']
    return draw(st.sampled_from(forms))


@st.composite
def files(draw: st.DrawFn) -> bytes:
    text = draw(st.sampled_from(["", "\ufeff"]))
    for _ in range(draw(st.integers(0, 4))):
        text += draw(SPACES) + draw(headers()) + draw(st.sampled_from(["", " ", "\n", "\r\n", " # x\n"]))
        for _ in range(draw(st.integers(0, 3))):
            name = draw(st.sampled_from(["url", "URL", "bare", "k", "key-2"]))
            if draw(st.integers(0, 4)) == 0:
                text += draw(SPACES) + name + draw(st.sampled_from(["\n", "\r\n", " \n"]))
            else:
                text += f"{draw(SPACES)}{name}{draw(SPACES)}={draw(SPACES)}{draw(values())}{draw(ENDS)}"
            text += draw(st.sampled_from(["", "", "# comment\n", "\n"]))
    return (text.rstrip("\r\n") if draw(st.booleans()) else text).encode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=files(),
    key=st.tuples(NAMES.map(str.lower), SUBSECTIONS, st.sampled_from(["url", "Bare", "k", "fresh"])),
    value=st.none() | TEXTS,
)
def test_any_configuration_differs_by_one_key(
    private: Path, before: bytes, key: config_text.Key, value: str | None
) -> None:
    place = private / "config"
    place.write_bytes(before)
    try:
        listed(place)
    except SyntaxFault:
        with pytest.raises(SyntaxFault):
            edited(before, {key: value})
        return
    check(private, before, key, value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=files())
def test_it_is_read_as_git_reads_it_also_in_its_plainest_form(private: Path, before: bytes) -> None:
    place = private / "config"
    place.write_bytes(before)
    try:
        wanted = [row[1:] for row in listed(place)]
    except SyntaxFault:
        return
    place.write_bytes(config_text.canonical(before))

    assert [row[1:] for row in listed(place)] == wanted


@pytest.mark.parametrize(
    "broken",
    [
        b"[core\n",
        b"[s]\n\t1x = y\n",
        b'[s "u\n"]\n',
        b"[s]\n\tk = \\x\n",
        b'[s]\n\tk = "open\n',
        b"[s]\n\tk : v\n",
    ],
)
def test_what_git_refuses_is_refused_with_its_line(private: Path, broken: bytes) -> None:
    (private / "config").write_bytes(b"# top\n[ok]\n\tk = v\n" + broken)
    with pytest.raises(SyntaxFault):
        listed(private / "config")

    with pytest.raises(SyntaxFault) as caught:
        parse(b"# top\n[ok]\n\tk = v\n" + broken)

    assert caught.value.line >= 4


def test_a_dropped_section_keeps_only_comments_that_are_not_ours_to_remove() -> None:
    before = b'[remote "a"]\n\turl = x\n[core]\n\tbare = false\n[remote "a"]\n\t# note\n\tfetch = y\n'

    after = edited(before, {}, [(b"remote", b"a")])

    assert after == b'[core]\n\tbare = false\n[remote "a"]\n\t# note\n'


@pytest.mark.parametrize(
    "key", [("s", "two\nlines", "k"), ("s", None, "k k"), ("s", None, ""), ("", None, "k")]
)
def test_a_name_that_no_file_can_hold_is_refused(key: config_text.Key) -> None:
    with pytest.raises(Refused):
        edited(b"", {key: "v"})
