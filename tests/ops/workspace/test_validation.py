"""Validation, and the gate in front of every commit: all errors, and only what changed is read."""

import pytest

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import commit
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.rule_runner import is_validated
from talekeep.ops.workspace.select import chosen
from talekeep.store.dataset import Dataset
from talekeep.store.git import trees
from talekeep.store.view import Difference

OWN = "123e4567-e89b-42d3-a456-426614174000"


def gate(dataset: Dataset) -> list[tuple[str, str | None, int | None]]:
    result = validation.gate(dataset, Difference(dataset.at("HEAD"), dataset.now()))
    return [(f.code, f.part, f.line) for f in result]


@pytest.fixture
def five_parts(dataset, take, talk) -> Dataset:
    for number in range(5):
        take([talk(f"{number} " + "x" * 140_000)], f"{number}.jsonl")
    assert len(dataset.now().parts()) == 5
    return dataset


def test_every_finding_has_its_place(dataset, take, talk, edit) -> None:
    take([talk("1"), talk("2"), talk("3")])
    place = edit('"role":"user","content":"2"', '"role":"narrator","content":"2"')
    part = place.relative_to(dataset.path).as_posix()

    findings = validation.validate_at(dataset)

    errors = [f for f in findings.findings if f.severity == "error"]
    assert [(f.part, f.line) for f in errors] == [(part, 2)]
    assert errors[0].entry == [line.value["id"] for line in dataset.now().entries()][1]
    assert findings.counts["error"] == 1
    assert findings.entries == 3


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[1]",
        "{}",
        f'{{"id":"{OWN}"}}',
        '{"id":"x","messages":[{"role":"user","content":"a"}],"a":NaN}',
        '{"id":"x","messages":[{"content":"a"}]}',
    ],
)
def test_a_bad_line_stops_a_commit_with_part_and_line(dataset, take, talk, bad: str) -> None:
    take([talk("1"), talk("2")])
    part = dataset.now().parts()[0]
    with (dataset.path / part).open("a") as stream:
        stream.write(bad + "\n")

    assert {(where, line) for _, where, line in gate(dataset)} == {(part, 3)}


def test_only_parts_that_changed_are_read(five_parts, edit, git, monkeypatch) -> None:
    head = five_parts.at("HEAD")
    assert five_parts.count(head) == 5
    part = edit("A friend of 3", "Nobody of 3").relative_to(five_parts.path).as_posix()
    git("add", part, cwd=five_parts.path, check=0)
    read = []
    real = type(five_parts.repo).blob
    monkeypatch.setattr(
        type(five_parts.repo), "blob", lambda self, oid: (read.append(oid), real(self, oid))[1]
    )

    staged = five_parts.staged()
    assert validation.gate(five_parts, Difference(five_parts.at("HEAD"), staged)) == []

    entries_read = {oid for oid in read if oid in {staged.files[p] for p in staged.parts()}}
    assert entries_read == {staged.files[part]}


def test_an_id_that_stands_in_two_parts_is_an_error(five_parts, talk, edit) -> None:
    ids = [line.value["id"] for line in five_parts.now().entries()]
    part = edit(ids[4], ids[0]).relative_to(five_parts.path).as_posix()

    assert ("S005", part, 1) in gate(five_parts)
    assert any(f.code == "S005" for f in validation.validate_at(five_parts).findings)


def test_an_id_that_stands_twice_in_one_part_is_an_error(dataset, take, talk, edit) -> None:
    take([talk("1"), talk("2")])
    ids = [line.value["id"] for line in dataset.now().entries()]
    part = edit(ids[1], ids[0]).relative_to(dataset.path).as_posix()

    assert gate(dataset)[0] == ("S005", part, 2)


def test_a_swap_of_ids_between_parts_is_fine(five_parts, edit) -> None:
    ids = [line.value["id"] for line in five_parts.now().entries()]
    edit(ids[4], "HOLD")
    edit(ids[0], ids[4])
    edit("HOLD", ids[0])

    assert [code for code, _, _ in gate(five_parts) if code == "S005"] == []


@pytest.mark.parametrize("name", ["talekeep.toml", "library/sources.toml", "library/characters.toml"])
def test_an_unreadable_file_is_named_first(dataset, take, talk, name: str) -> None:
    take([talk("1")])
    (dataset.path / name).write_text("[[[\n")
    values = dataset.now()

    result = validation.gate(dataset, Difference(dataset.at("HEAD"), values))

    assert [(f.code, f.part) for f in result] == [("S001", name)]
    assert name in result[0].message


def test_a_wrong_value_in_a_library_is_an_error(dataset) -> None:
    (dataset.path / "library").mkdir()
    (dataset.path / "library/characters.toml").write_text("[mara]\nname = 'M'\nactive = 'sometimes'\n")

    assert [part for _, part, _ in gate(dataset)] == ["library/characters.toml"]


def set_policy(dataset: Dataset, text: str) -> Dataset:
    toml = dataset.path / "talekeep.toml"
    before, rules, after = toml.read_text().partition("\n[validation.rules]")
    comment, after = after.split("\n", 1)
    toml.write_text(f"{before}{rules}{comment}\n{text}{after}")
    return Dataset.open(dataset.path)


def severities(dataset: Dataset, code: str) -> set[str]:
    return {f.severity for f in validation.validate_at(dataset).findings if f.code == code}


def test_policy_raises_lowers_and_turns_off_a_rule(dataset, take, talk) -> None:
    take([talk("1")])
    findings = next(f for f in validation.validate_at(dataset).findings if f.severity in ("warning", "info"))

    for level, wanted in (("error", {"error"}), ("info", {"info"}), ("off", set())):
        toml = (dataset.path / "talekeep.toml").read_text()
        with set_policy(dataset, f'{findings.code} = "{level}"\n') as again:
            stops = validation.gate(again, Difference(again.of_tree(trees.EMPTY), again.now()))
            assert severities(again, findings.code) == wanted
            assert (findings.code in {f.code for f in stops}) == (level == "error")
        (dataset.path / "talekeep.toml").write_text(toml)


def test_the_rolethread_profile_is_as_strict_as_rolethread(dataset, take, talk) -> None:
    take([talk("1")])
    assert validation.validate_at(dataset).counts["error"] == 0
    toml = dataset.path / "talekeep.toml"
    toml.write_text(toml.read_text().replace('profile = "default"', 'profile = "rolethread"'))

    with Dataset.open(dataset.path) as strict:
        assert validation.validate_at(strict).counts["error"] > 0


def test_an_unknown_rule_or_profile_is_named(dataset) -> None:
    with pytest.raises(Usage, match="Z999"):
        validation.validate_at(dataset, select=["Z999"])
    toml = dataset.path / "talekeep.toml"
    toml.write_text(toml.read_text().replace('profile = "default"', 'profile = "lenient"'))
    with Dataset.open(dataset.path) as wrong, pytest.raises((Usage, Refused), match="lenient"):
        validation.validate_at(wrong)


def test_select_and_ignore_choose_rules(dataset, take, talk) -> None:
    take([talk("1")])
    codes = {f.code for f in validation.validate_at(dataset).findings}
    one = sorted(codes)[0]

    assert {f.code for f in validation.validate_at(dataset, select=[one]).findings} == {one}
    assert {f.code for f in validation.validate_at(dataset, ignore=[one]).findings} == codes - {one}


def test_what_is_staged_and_the_past_can_be_validated(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    edit('"role":"user"', '"role":"narrator"')
    assert validation.validate_at(dataset, staged=True).counts["error"] == 0
    git("add", "entries", cwd=dataset.path, check=0)

    assert validation.validate_at(dataset, staged=True).counts["error"] == 1
    assert validation.validate_at(dataset, revision="HEAD").counts["error"] == 0


def test_a_refusal_names_part_line_rule_entry_and_repair(dataset, take, talk, edit) -> None:
    take([talk("1"), talk("2")])
    entry = next(dataset.now().entries()).value["id"]
    part = edit('"role":"user"', '"role":"narrator"').relative_to(dataset.path).as_posix()

    with pytest.raises(validation.Invalid) as raised:
        commit.commit(dataset)

    output = raised.value.message
    assert "1 error" in output
    assert f"{part}:1: S" in output
    assert f"[entry {entry}]" in output
    assert raised.value.exit_code == 1
    assert "talekeep rule" in (raised.value.hint or "")


def test_a_tree_is_remembered_as_validated_and_forgotten_with_the_policy(dataset, take, talk) -> None:
    take([talk("1")])
    assert is_validated(dataset, dataset.head_tree())

    with set_policy(dataset, 'S101 = "off"\n') as again:
        assert not is_validated(again, again.head_tree())


def test_a_sidecar_without_its_entry_is_found(dataset, take, talk) -> None:
    take([talk("1"), talk("2")])
    part = dataset.path / dataset.now().parts()[0]
    part.write_bytes(part.read_bytes().split(b"\n", 1)[1])

    assert "S009" in {f.code for f in validation.validate_at(dataset).findings}


def test_a_finding_set_aside_in_the_sidecar_is_not_told_unless_it_is_an_error(dataset, take, talk, edit):
    take([talk("one"), talk("two")])
    first, second = (line.value["id"] for line in dataset.now().entries())
    assert {f.entry for f in validation.validate_at(dataset, select=["T201"]).findings} == {first, second}
    with dataset.writing("test"):
        draft = Draft(dataset)
        one = chosen(dataset, draft.now, [first], None)[0]
        reason = "this one is meant to have no prompt"
        rules = [{"rule": name, "reason": reason} for name in ("missing-system-prompt", "S106")]
        draft.annotate(one, {**one.sidecar, "suppress": rules})
        draft.finish("Refused", "test")
    assert [f.entry for f in validation.validate_at(dataset, select=["T201"]).findings] == [second]
    edit('"role":"user","content":"one"', '"role":"narrator","content":"one"')
    assert [f.entry for f in validation.validate_at(dataset, select=["S106"]).findings] == [first]


def test_the_policy_of_the_dataset_sets_what_rules_look_for(dataset, take, talk):
    take([talk("one", mood="calm")])
    codes = {f.code for f in validation.validate_at(dataset).findings}
    assert "S120" in codes
    assert "X303" not in codes
    place = dataset.path / "talekeep.toml"
    text = place.read_text().replace("known_keys = []", 'known_keys = ["mood"]')
    place.write_text(text.replace("split_exchanges = 8", "split_exchanges = 1"))
    with Dataset.open(dataset.path) as again:
        codes = {f.code for f in validation.validate_at(again).findings}
    assert "S120" not in codes
    assert "X303" in codes
