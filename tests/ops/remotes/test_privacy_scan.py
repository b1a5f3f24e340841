"""What is somebody's own is told, and a key stopped, before it leaves for a network."""

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.project import config
from talekeep.ops.project import git_hooks
from talekeep.ops.remotes import privacy_scan
from talekeep.ops.remotes import push_permissions
from talekeep.store.dataset import Dataset

URL = "https://example.org/harbor.git"
KEY = "AKIAQWERTYUIOPASDFGH"
NOBODY = "0" * 40


@pytest.fixture
def web(dataset, git):
    """The dataset with a remote on a network, allowed."""
    git("remote", "add", "web", URL, cwd=dataset.path, check=0)
    push_permissions.allow(dataset, "web")
    return dataset


def push(dataset, url=URL, had=NOBODY, name="web"):
    row = f"refs/heads/main {dataset.repo.head()} refs/heads/main {had}\n"
    return git_hooks.run_hook(dataset, "pre-push", [name, url], row)


def test_an_address_is_told_with_its_place_and_masked(web, take, talk) -> None:
    take([talk("Write to mara@harrowpoint.org."), talk("2")])

    result = push(web)

    assert result.splitlines()[0] == "talekeep: what leaves holds something of somebody's own in 2 places"
    assert "entries/0000/00000-" in result
    assert (
        ":1: C411 email-address: an e-mail address at character 10: ma…(20)…rg at messages[0].content"
        in result
    )
    assert "mara@" not in result


def test_a_key_stops_the_push_until_that_is_allowed(web, take, talk) -> None:
    take([talk(f"export KEY={KEY}")])

    with pytest.raises(Refused, match="C414") as raised:
        push(web)

    assert KEY not in raised.value.message
    assert raised.value.hint.endswith("talekeep remote allow web --secrets")
    push_permissions.allow(web, "web", secrets=True)
    assert "C414" in push(web)
    push_permissions.allow(web, "web", allowed=False)
    push_permissions.allow(web, "web")
    with pytest.raises(Refused, match="C414"):
        push(web)


def test_what_is_gone_from_the_newest_version_leaves_all_the_same(web, take, talk, edit, git) -> None:
    take([talk(f"export KEY={KEY}"), talk("2")])
    for _ in range(2):
        edit(KEY, "made-up")
    git("commit", "-qam", "x", cwd=web.path, check=0)

    with pytest.raises(Refused, match="in an earlier version"):
        push(web)


def test_only_what_is_new_there_is_looked_through(web, take, talk, edit, git) -> None:
    take([talk("Write to mara@harrowpoint.org."), talk("2")])
    before = web.repo.head()
    edit("A friend of 2", "Write to wren@harrowpoint.org")
    git("commit", "-qam", "x", cwd=web.path, check=0)

    assert push(web, had=before).count("C411") == 1
    web.repo.set_ref("refs/remotes/web/main", before, None)
    assert push(web).count("C411") == 1
    web.repo.set_ref("refs/remotes/web/main", web.repo.head(), before)
    assert push(web) is None


@pytest.mark.parametrize("url", ["/media/usb/h.git", "../h.git", "file:///media/h.git", "talekeep::/media/h"])
def test_what_stays_on_this_machine_is_not_looked_through(web, take, talk, url: str) -> None:
    take([talk(f"export KEY={KEY}")])

    assert privacy_scan.look(web, url, "disk", [web.repo.head()]) is None


@pytest.mark.parametrize("url", ["ssh://git@example.org/h", "git@example.org:h", "http://example.org/h"])
def test_every_way_off_this_machine_is(web, take, talk, url: str) -> None:
    take([talk(f"export KEY={KEY}")])

    with pytest.raises(Refused, match="C414"):
        privacy_scan.look(web, url, "net", [web.repo.head()])


def test_rules_the_dataset_turned_off_are_silent_in_any_profile(web, take, talk) -> None:
    take([talk("Write to mara@harrowpoint.org, +44 1632 960 961.")])
    config.change(web, "validation.profile", "rolethread")
    config.change(web, "validation.rules.C411", "off")

    with Dataset.open(web.path) as again:
        codes = {item.code for item in privacy_scan.private(again, [again.repo.head()], [])}
    assert codes == {"C412"}
