"""A new dataset begins with settings that explain themselves."""

from pathlib import Path

import pytest

from talekeep.store import config


def test_the_settings_of_a_new_dataset_are_the_defaults_each_with_a_comment(run, tmp_path: Path) -> None:
    run("init", "ds", "--name", 'Harbor "one" # two', cwd=tmp_path, check=0)

    data = (tmp_path / "ds/talekeep.toml").read_bytes()
    settings = config.parse(data)

    assert settings == config.Config(format=1, id=settings.id, name='Harbor "one" # two')
    assert config.stated(data).keys() == config.stated(config.dump(settings)).keys()
    values = [line for line in data.decode().split("\n") if "=" in line and not line.startswith("#")]
    assert [line for line in values if "#" not in line and "scheme" not in line] == []


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("validation.profile", "rolethread", 'profile = "rolethread"'),
        ("validation.rules.T201", "off", 'T201 = "off"'),
        ("storage.target", "65536", "target = 65536"),
    ],
)
def test_a_changed_setting_leaves_every_comment_where_it_was(
    run, tmp_path: Path, key: str, value: str, line: str
) -> None:
    run("init", "ds", cwd=tmp_path, check=0)
    file = tmp_path / "ds/talekeep.toml"
    comments = file.read_text().count("#")

    run("-C", tmp_path / "ds", "config", key, value, check=0)

    assert line in file.read_text()
    assert file.read_text().count("#") == comments
