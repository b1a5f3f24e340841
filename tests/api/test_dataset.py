"""The public library: small, typed, usable from any thread, quiet at exit."""

import gc
import io
import pydoc
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import talekeep
from talekeep import api

ONE = "123e4567-e89b-42d3-a456-426614174001"
TWO = "123e4567-e89b-42d3-a456-426614174002"

METHODS = [
    *("abort_merge", "add", "alternatives", "blame", "branch", "categories", "change"),
    *("characters", "commit", "config", "conflicts", "count", "craft", "diff", "discard"),
    *("duplicate", "duplicates", "entries", "export", "fetch", "fit", "generate", "get"),
    *("import_files", "insights", "join", "log", "log_entry", "merge", "models", "name", "path", "prompts"),
    *("push", "recipes", "redo", "remotes", "remove", "repack", "repair", "replace", "resolve", "restore"),
    *("review", "reviews", "save", "search", "set_tags", "show", "snapshot", "snapshots", "split"),
    *("status", "switch"),
    *("sync", "system", "tag", "tags", "undo", "untag", "validate"),
]


def test_a_dataset_shows_its_methods_and_nothing_of_the_store(dataset) -> None:
    assert [name for name in dir(dataset) if not name.startswith("_")] == METHODS


def test_the_package_shows_the_library_and_no_module_of_ours() -> None:
    assert [name for name in dir(talekeep) if name != "__version__"] == sorted(api.__all__)
    assert sorted(talekeep.__all__) == sorted(["__version__", *api.__all__])
    for name in talekeep.__all__:
        assert getattr(talekeep, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Store'"):
        talekeep.Store  # noqa: B018


@pytest.mark.parametrize("name", METHODS)
def test_help_says_what_each_method_does(name: str) -> None:
    if name != "path":
        with redirect_stdout(io.StringIO()) as text:
            pydoc.Helper(output=text).help(getattr(talekeep.Dataset, name))
        assert len(text.getvalue().splitlines()) > 3


def test_help_of_the_package_lists_open_and_dataset() -> None:
    text = pydoc.render_doc(talekeep, renderer=pydoc.plaintext)

    assert "open(path: " in text
    assert "class Dataset(" in text


def test_paths_may_be_str_or_path(tmp_path: Path, chat: Path) -> None:
    made = talekeep.init(str(tmp_path / "harbor"), name="Harbor")
    assert made.path == tmp_path / "harbor"
    assert made.name == "Harbor"

    assert len(made.import_files(str(chat)).added) == 10
    assert len(made.import_files([chat, str(chat)]).same) == 20
    assert made.export(str(tmp_path / "a.jsonl")).entries == made.export(tmp_path / "b.jsonl").entries == 10
    assert talekeep.open(str(tmp_path / "harbor" / "entries")).path == made.path
    assert talekeep.clone(str(tmp_path / "harbor"), str(tmp_path / "again")).count() == 10


def test_entries_are_read_and_changed(dataset) -> None:
    assert dataset.count() == 10
    assert dataset.count("tag:draft") == 5
    assert [entry["tags"] for entry in dataset.entries(where="tag:draft")] == [["draft"]] * 5

    entry = dataset.get(ONE)
    entry["messages"][1]["content"] = "Another answer."
    assert dataset.save(entry).changed == [ONE]
    assert dataset.get(ONE)["messages"][1]["content"] == "Another answer."

    (made,) = dataset.add({"messages": [{"role": "user", "content": "New?"}]}, tags="fresh").made
    assert dataset.get(made)["tags"] == ["fresh"]
    assert dataset.remove(made).retired == [made]
    with pytest.raises(talekeep.NotFound):
        dataset.get(made)


def test_saving_merges_with_what_others_changed_since_it_was_read(dataset) -> None:
    base = dataset.get(ONE)
    dataset.tag("kept", ONE)

    edited = {**base, "messages": [base["messages"][0], {**base["messages"][1], "content": "Edited."}]}
    dataset.save(edited, base=base)

    entry = dataset.get(ONE)
    assert (entry["tags"], entry["messages"][1]["content"]) == (["draft", "kept"], "Edited.")


def test_an_entry_without_an_id_cannot_be_saved(dataset) -> None:
    with pytest.raises(talekeep.Usage, match="without an id"):
        dataset.save({"messages": []})


def test_tags_are_put_on_taken_off_and_set(dataset) -> None:
    assert len(dataset.tag(["night", "slow_burn"], where="tag:draft").changed) == 5
    assert dataset.get(ONE)["tags"] == ["draft", "night", "slow_burn"]
    assert dataset.untag("night", [ONE]).changed == [ONE]
    assert dataset.get(ONE)["tags"] == ["draft", "slow_burn"]
    dataset.set_tags((), ONE)
    assert dataset.get(ONE)["tags"] == []


def test_every_reading_takes_a_revision(dataset, tmp_path: Path) -> None:
    dataset.snapshot("before")
    dataset.remove(where="tag:draft")

    assert dataset.count() == 5
    assert dataset.count(rev="before") == len(list(dataset.entries(rev="before"))) == 10
    assert dataset.get(ONE, rev="before")["id"] == dataset.show(ONE, rev="before").entry["id"] == ONE
    assert dataset.search("answer", rev="before").total == 10
    assert dataset.validate(rev="before").entries == dataset.insights(rev="before").entries == 10
    assert dataset.duplicates(rev="before").total == dataset.duplicates().total
    assert dataset.blame(ONE, rev="before").entry == ONE
    assert len(dataset.log(rev="before")) == len(dataset.log()) - 1
    assert len(dataset.log_entry(ONE, rev="before").commits) == 1
    assert dataset.export(tmp_path / "old.jsonl", rev="before").entries == 10
    assert len(dataset.diff("before", "HEAD").changes) == 5
    assert dataset.restore([ONE], rev="before").added == 1


def test_history_goes_back_and_forth(dataset) -> None:
    dataset.system("Keep the light.", [ONE])
    assert len(dataset.diff(f"{dataset.log()[1].id}", "HEAD", entry=ONE).changes) == 1
    dataset.undo()
    assert dataset.get(ONE)["messages"][0]["role"] == "user"
    dataset.redo()
    assert dataset.get(ONE)["messages"][0]["content"] == "Keep the light."


def test_branches_merge_and_conflicts_are_resolved(dataset) -> None:
    dataset.branch("side")
    dataset.replace("Answer 1.", "Ours.", [ONE])
    dataset.switch("side")
    dataset.replace("Answer 1.", "Theirs!", [ONE])
    dataset.replace("Answer 2.", "Side.", [TWO])
    dataset.switch("main")

    assert len(dataset.merge("side", preview=True).conflicts) == 1
    assert not dataset.merge("side").done
    (conflict,) = dataset.conflicts()
    assert (conflict.entry, conflict.path) == (ONE, ("messages", 1, "content"))
    with pytest.raises(talekeep.Usage):
        dataset.resolve()
    assert dataset.resolve("theirs").conflicts == []
    assert dataset.commit().commit is not None
    assert dataset.get(ONE)["messages"][1]["content"] == "Theirs!"


def test_a_merge_can_be_given_up_or_resolved_by_a_value(dataset) -> None:
    dataset.branch("side")
    dataset.replace("Answer 1.", "Ours.", [ONE])
    dataset.switch("side")
    dataset.replace("Answer 1.", "Theirs!", [ONE])
    dataset.switch("main")
    dataset.merge("side")
    dataset.abort_merge()
    assert dataset.conflicts() == []

    dataset.merge("side")
    dataset.resolve(value="Neither.", entry=ONE, path="messages.1.content")
    dataset.commit()
    assert dataset.get(ONE)["messages"][1]["content"] == "Neither."


def test_a_mirror_is_pushed_to_and_fetched_from(dataset, tmp_path: Path, run) -> None:
    (tmp_path / "synced").mkdir()
    run("-C", dataset.path, "remote", "add", "backup", tmp_path / "synced", check=0)

    assert isinstance(dataset.push(), talekeep.Pushed)
    assert isinstance(dataset.fetch("backup"), talekeep.Fetched)


def test_what_a_script_commits_is_saved_to_the_mirrors_where_this_clone_asked_for_it(
    dataset, tmp_path: Path, run
) -> None:
    (tmp_path / "synced").mkdir()
    run("-C", dataset.path, "remote", "add", "backup", tmp_path / "synced", check=0)
    run("-C", dataset.path, "config", "mirror.auto", "on-commit", check=0)

    dataset.tag("kept", ONE)

    assert dataset.push().already
    (tmp_path / "synced").rename(tmp_path / "gone")
    with pytest.warns(UserWarning, match="not saved to backup"):
        dataset.tag("night", ONE)
    assert dataset.get(ONE)["tags"] == ["draft", "kept", "night"]


def test_validation_and_repair_give_typed_results(dataset) -> None:
    result = dataset.validate(select="T201")
    assert isinstance(result, talekeep.Validated)
    assert isinstance(result.findings[0], talekeep.Finding)
    assert isinstance(dataset.repair(dry_run=True), talekeep.Repaired)
    assert isinstance(dataset.status(), talekeep.Status)
    with pytest.raises(talekeep.Invalid) as refused:
        dataset.add({"messages": [{"role": "narrator", "content": "x"}]})
    assert refused.value.findings[0].severity == "error"


def test_uncommitted_changes_are_discarded_and_trainers_are_asked(dataset) -> None:
    (part,) = (dataset.path / "entries").rglob("*.jsonl")
    before = part.read_bytes()
    part.write_bytes(before.replace(b"Answer 1.", b"Changed."))

    assert [change.id for change in dataset.discard(ONE).changes] == [ONE]
    assert part.read_bytes() == before
    assert isinstance(dataset.fit(), talekeep.Fit)


def test_several_threads_may_use_one_dataset(dataset) -> None:
    def work(number: int) -> int:
        name = f"123e4567-e89b-42d3-a456-4266141740{number:02}"
        dataset.tag(f"thread_{number}", name)
        assert dataset.get(name)["tags"][-1] == f"thread_{number}"
        return sum(1 for _ in dataset.entries(where=f"tag:thread_{number}"))

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(work, range(10))) == [1] * 10
    assert dataset.status().validated


def test_an_iterator_may_go_from_thread_to_thread(dataset) -> None:
    entries = dataset.entries()
    result = [next(entries)["id"]]
    worker = threading.Thread(target=lambda: result.extend(entry["id"] for entry in entries))
    worker.start()
    worker.join()

    assert len(result) == 10


def test_nothing_is_left_open(dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        abandoned = dataset.entries()
        next(abandoned)
        dataset.status()
        del abandoned
        gc.collect()


SCRIPT = """
import sys, talekeep
dataset = talekeep.open(sys.argv[1])
assert dataset.count() == 10
rows = dataset.entries()
next(rows)
dataset.tag("kept", where="tag:draft")
"""


def test_a_script_without_with_is_quiet_at_exit(dataset) -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", SCRIPT, str(dataset.path)]

    completed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "", "")


def test_importing_the_package_loads_nothing_but_its_version() -> None:
    probe = "import sys, talekeep; print([n for n in sys.modules if n.startswith('talekeep.')])"

    completed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert completed.stdout == "['talekeep.version']\n"
