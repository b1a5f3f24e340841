"""`talekeep.toml`: read with care, and nothing in it is lost."""

import tomllib

import pytest

from talekeep.core.errors import Refused
from talekeep.store import config

LEAST = b'format = 1\nid = "x"\nname = "Harbor"\n'


def test_the_least_file_gets_the_defaults() -> None:
    result = config.parse(LEAST)

    assert (result.name, result.storage.target, result.validation.profile) == (
        "Harbor",
        128 * 1024,
        "default",
    )
    assert (result.export.format, result.export.clean) == ("chatml", False)


def test_a_newer_format_is_refused_with_the_command_that_helps() -> None:
    with pytest.raises(Refused, match="format 2; this Talekeep knows 1") as raised:
        config.parse(LEAST.replace(b"format = 1", b"format = 2"))

    assert raised.value.hint == "pip install --upgrade talekeep"


def test_unknown_keys_survive_a_reading_and_a_writing() -> None:
    given = (
        LEAST + b'mood = "calm"\n[storage]\nshape = 7\n[future]\na = [1]\n[validation.rules]\nS101="off"\n'
    )

    result = tomllib.loads(config.dump(config.parse(given)).decode())

    assert result["mood"] == "calm"
    assert result["future"] == {"a": [1]}
    assert result["storage"]["shape"] == 7
    assert result["validation"]["rules"] == {"S101": "off"}


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (b"[storage]\ntarget = 12", "storage.target"),
        (b'[storage]\nscheme = "heap"', "storage.scheme"),
        (b'[validation.rules]\nS101 = "fatal"', "validation.rules.S101"),
        (b'[export]\nclean = "often"', "export.clean"),
        (b"validation = 3", "validation"),
        (b"[storage]\ntarget = true", "storage.target"),
        (b'[validation]\nknown_keys = ["a", 1]', "validation.known_keys.1"),
    ],
)
def test_a_wrong_value_names_its_key(more: bytes, key: str) -> None:
    with pytest.raises(Refused, match=rf"talekeep\.toml: {key}: "):
        config.parse(LEAST + more)


def test_what_the_file_says_is_told_from_what_holds_without_it() -> None:
    assert config.stated(LEAST) == {"format": 1, "id": "x", "name": "Harbor"}
    with pytest.raises(Refused, match=r"storage\.target: "):
        config.stated(LEAST + b"[storage]\ntarget = 12")


@pytest.mark.parametrize("lost", ["format", "id", "name"])
def test_a_missing_key_is_named(lost: str) -> None:
    rest = b"\n".join(line for line in LEAST.split(b"\n") if not line.startswith(lost.encode()))

    with pytest.raises(Refused, match=rf"talekeep\.toml: {lost}: "):
        config.parse(rest)


def test_an_unreadable_file_is_refused() -> None:
    with pytest.raises(Refused, match=r"talekeep\.toml is not TOML"):
        config.parse(b"<<<<<<< ours\n" + LEAST)
