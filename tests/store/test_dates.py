"""A date names the last commit of that day or before, the same on every machine."""

from datetime import UTC
from datetime import datetime

import pytest

from talekeep.core.errors import NotFound
from talekeep.ops.project import init
from talekeep.store.dataset import Dataset
from talekeep.store.git.dates import end_of


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-02-01", datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC)),
        ("2026-02-01T10:30", datetime(2026, 2, 1, 10, 30, tzinfo=UTC)),
        ("2026-02-01 10:30+02:00", datetime(2026, 2, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_date_reaches_to_the_end_of_its_day(text: str, end: datetime) -> None:
    assert end_of(text) == int(end.timestamp())


@pytest.mark.parametrize("text", ["main", "2026-02-31", "2026-02", "20260201", "2026-02-01Tx", ""])
def test_what_is_no_date_is_none(text: str) -> None:
    assert end_of(text) is None


def test_a_date_is_a_revision_unless_a_branch_has_its_name(tmp_path, git, monkeypatch) -> None:
    folder = tmp_path / "harbor"
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-01T12:00:00+0000")
    init.init(folder)
    for day in ("2026-02-01", "2026-02-03"):
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"{day}T12:00:00+0000")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00+0000")
        git("commit", "-q", "--no-verify", "--allow-empty", "-m", day, cwd=folder)
    commits = git("log", "--format=%H", cwd=folder).out.split()

    with Dataset.open(folder) as dataset:
        assert dataset.history.resolve("2026-02-02") == commits[1]
        assert dataset.history.resolve("2026-02-03") == commits[0]
        assert dataset.history.resolve("2026-02-03T11:00") == commits[1]
        with pytest.raises(NotFound, match="no commit on or before 2001-01-01"):
            dataset.history.resolve("2001-01-01")
        git("branch", "2026-02-03", commits[1], cwd=folder)
        assert dataset.history.resolve("2026-02-03") == commits[1]
