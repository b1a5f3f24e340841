"""`talekeep help` explains commands and topics from pages that ship with the program."""

import re
import shlex
from importlib import resources

import click
import pytest

from talekeep.cli import cli
from talekeep.cli.commands.help import TOPICS
from talekeep.cli.commands.help import topic_text


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_a_page(run, topic: str) -> None:
    assert run("help", topic, check=0).out.startswith("# ")


def test_every_page_is_a_topic() -> None:
    pages = {page.name for page in (resources.files("talekeep.cli") / "topics").iterdir()}
    assert pages == {f"{topic}.md" for topic in TOPICS}


def calls() -> list[tuple[str, str]]:
    items = [
        (topic, call) for topic in TOPICS for call in re.findall(r"`(talekeep [^`]+)`", topic_text(topic))
    ]
    return [(topic, call) for topic, call in items if "`" not in call]


@pytest.mark.parametrize(("topic", "call"), calls(), ids=lambda text: text)
def test_commands_and_options_on_a_page_exist(topic: str, call: str) -> None:
    command: click.Command = cli
    words = shlex.split(call)[1:]
    while words and isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None, call
        command = inner
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    assert {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)} <= known, call


def test_a_command_is_explained_like_its_own_help(run) -> None:
    assert run("help", "tag", "add", check=0).out == run("tag", "add", "--help", check=0).out


def test_without_a_name_commands_and_topics_are_listed(run) -> None:
    listed = run("help", check=0).out

    assert "Start a dataset:" in listed
    for topic in TOPICS:
        assert f"\n  {topic}" in listed


@pytest.mark.parametrize(("word", "hint"), [("querys", "talekeep help queries"), ("rm", "talekeep remove")])
def test_an_unknown_topic_gets_the_nearest(run, word: str, hint: str) -> None:
    assert hint in run("help", word, check=3).err
