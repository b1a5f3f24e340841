"""Plugins come from the environment, and a broken one is named with its package."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from talekeep import formats
from talekeep import rules
from talekeep.core.errors import Outside
from talekeep.metrics import table
from talekeep.ops.project import doctor
from talekeep.store import plugins

FORMAT = """
from talekeep.plugin import Reading, Written
NAME, TITLE, SAMPLE, KEYS = {name!r}, "Mine", '{{"mine": []}}', frozenset({{"mine"}})
def claims(record): return "mine" in record
def read(record): {read}
def write(entry, **how): return Written({{"mine": entry["messages"]}})
"""


def forget() -> None:
    for use in (plugins.use_formats, plugins.use_rules, plugins.use_metrics):
        use.cache_clear()
    for extend in (formats.extend, rules.extend, table.extend):
        extend(())


@pytest.fixture(autouse=True)
def looked_for_anew():
    """Each test looks for plugins anew, and leaves none behind."""
    forget()
    yield
    forget()


@pytest.fixture
def install(tmp_path: Path, monkeypatch):
    """Install a package of one module with these entry points."""

    def installed(package: str, code: str, points: str) -> None:
        folder = tmp_path / package
        info = folder / f"{package}-3.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 3.0\n")
        (info / "entry_points.txt").write_text(points)
        (folder / f"{package}.py").write_text(code)
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return installed


def test_a_format_is_put_behind_our_own(install) -> None:
    install(
        "mine", FORMAT.format(name="mine", read="return Reading({})"), "[talekeep.formats]\nmine = mine\n"
    )

    plugins.use_formats()

    assert {*formats.READERS} == {*formats.BUILT_IN, "mine"}
    assert [*formats.READERS][-1] == [*formats.FORMATS][-1] == "mine"
    assert formats.recognise({"mine": []}).NAME == "mine"
    assert formats.named("mine").TITLE == "Mine"


def test_a_package_that_does_not_import_is_named(install) -> None:
    install("broken_one", "import nothing_of_that_name\n", "[talekeep.formats]\nmine = broken_one\n")

    with pytest.raises(
        Outside, match=r"format 'mine' of the package broken_one 3.0 .*ModuleNotFoundError"
    ) as error:
        plugins.use_formats()

    assert error.value.hint == "talekeep doctor; or pip uninstall broken_one"


def test_a_format_that_fails_at_work_is_named_too(install, run, tmp_path: Path) -> None:
    code = FORMAT.format(name="mine", read="return record[0]")
    install("broken_two", code, "[talekeep.formats]\nmine = broken_two\n")
    run("init", "harbor", check=0)
    (tmp_path / "x.jsonl").write_text('{"mine": 1}\n')

    result = run("-C", "harbor", "import", "../x.jsonl", check=5)

    assert "the format 'mine' of the package broken_two 3.0 cannot be used: KeyError: 0" in result.err
    assert run("-C", "harbor", "status", "--json", check=0).json["entries"] == 0


@pytest.mark.parametrize("taken", ["chatml", "sharegpt"])
def test_a_name_that_is_taken_is_refused(install, taken: str) -> None:
    code = FORMAT.format(name=taken, read="return Reading({})")
    install("thief", code, f"[talekeep.formats]\n{taken} = thief\n")

    with pytest.raises(Outside, match=f"thief 3.0 cannot be used: '{taken}' is taken by Talekeep itself"):
        plugins.use_formats()
    assert formats.named(taken).read is not None


def test_two_packages_of_one_name_are_refused(install) -> None:
    for package in ("first", "second"):
        code = FORMAT.format(name="mine", read="return Reading({})")
        install(package, code, f"[talekeep.formats]\nmine = {package}\n")

    with pytest.raises(Outside, match="'mine' is taken by the package first"):
        plugins.use_formats()


def test_what_is_no_format_rule_or_metric_is_refused(install) -> None:
    points = (
        "[talekeep.formats]\nmine = empty\n[talekeep.rules]\nr = empty:X\n[talekeep.metrics]\nm = empty:X\n"
    )
    install("empty", "X = 1\n", points)

    for use, reason in (
        (plugins.use_formats, "a format has NAME, TITLE, SAMPLE, KEYS, claims, read too"),
        (plugins.use_rules, "it is no Rule, and no list of them"),
        (plugins.use_metrics, "it is no Metric"),
    ):
        with pytest.raises(Outside, match=reason):
            use()


RULE = """
from talekeep.plugin import Hit, Rule
def check(value, context): {check}
R = Rule({code!r}, {name!r}, "error", "S.", "Why.", check, "r", {{}}, {{}}{more})
"""


@pytest.mark.parametrize(
    ("code", "name", "more", "reason"),
    [
        ("S101", "mine", "", "two capital letters or more"),
        ("T999", "mine", "", "two capital letters or more"),
        ("ACME1", "missing-messages", "", "two capital letters or more"),
        ("ACME101", "missing-messages", "", "'missing-messages' is taken by Talekeep itself"),
        ("ACME101", "mine", ", scope='dataset'", "an added rule looks at one entry"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(install, code: str, name: str, more: str, reason: str) -> None:
    module = RULE.format(code=code, name=name, more=more, check="return []")
    install("ruler", module, "[talekeep.rules]\nr = ruler:R\n")

    with pytest.raises(Outside, match=reason):
        plugins.use_rules()


def test_a_rule_that_fails_at_work_is_named(install, run) -> None:
    code = RULE.format(code="ACME101", name="mine", more="", check="yield 1 / 0")
    install("ruler", code, "[talekeep.rules]\nr = ruler:R\n")
    run("init", "harbor", check=0)
    run("-C", "harbor", "add", "--no-edit", "--system", "Night.", check=0)

    result = run("-C", "harbor", "validate", check=5)

    assert "the rule 'r' of the package ruler 3.0 cannot be used: ZeroDivisionError" in result.err
    run("-C", "harbor", "add", "--no-edit", "--system", "Night.", check=0)


def test_doctor_names_a_broken_plugin_and_a_taken_name(install, tmp_path: Path) -> None:
    install("broken_one", "import nothing_of_that_name\n", "[talekeep.metrics]\nmine = broken_one\n")
    install("thief", FORMAT.format(name="chatml", read="pass"), "[talekeep.formats]\nchatml = thief\n")

    diagnosis = doctor.doctor(tmp_path)

    (results,) = [check for check in diagnosis.checks if check.name == "plugins"]
    assert [fault.message.split(" cannot")[0] for fault in results.faults] == [
        "the format 'chatml' of the package thief 3.0",
        "the metric 'mine' of the package broken_one 3.0",
    ]
    assert not diagnosis.ok


def test_added_rules_have_levels_of_their_own() -> None:
    rule = replace(rules.RULES[0], code="ACME101", name="mine", severity="warning")
    rules.extend([rule])

    assert rules.severities()["ACME101"] == "warning"
    assert rules.severities("rolethread")["ACME101"] == "off"
    assert rules.severities(policy={"ACME101": "info"})["ACME101"] == "info"
    assert rules.by_code("ACME101") is rule
    assert "ACME101" in rules.explain(rule)
    rules.extend([])
    assert "ACME101" not in rules.severities(policy={"ACME101": "info"})


def test_without_a_plugin_the_metadata_of_packages_is_not_loaded(tmp_path: Path) -> None:
    """Reading the metadata of every package takes longer than all the rest of a short command."""
    code = (
        "import sys\n"
        "from talekeep.store import plugins\n"
        "assert plugins.installed(plugins.RULES) == []\n"
        "print('importlib.metadata' in sys.modules)\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert result.stdout == "False\n"
