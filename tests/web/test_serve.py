"""The command: what it says without its extra, and the page as a real browser meets it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.web.conftest import BROWSERS
from tests.web.conftest import ID
from tests.web.conftest import QUIET


def test_without_the_extra_it_says_how_to_install_it(run, harbor: Path, monkeypatch) -> None:
    for name in ("talekeep.web.serve", "talekeep.web.app"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    result = run("serve", "--no-open", cwd=harbor, check=4)

    assert "pip install 'talekeep[web]'" in result.err


def test_it_serves_a_dataset_and_nothing_else(run, tmp_path: Path) -> None:
    assert "is not inside a dataset" in run("serve", "--no-open", cwd=tmp_path, check=3).err


def test_several_datasets_are_listed_with_an_address_each(harbor: Path) -> None:
    client = pytest.importorskip("starlette.testclient").TestClient
    from talekeep.web.chooser import Served
    from talekeep.web.chooser import chooser

    app = chooser([Served("harbor", "http://127.0.0.1:9001/?token=a"), Served("<b>", "/x")], "key", 9000)
    with client(app, base_url="http://127.0.0.1:9000") as browser:
        assert browser.get("/").status_code == 401
        text = browser.get("/?token=key").text

    assert 'href="http://127.0.0.1:9001/?token=a"' in text
    assert "<b>" not in text


def dom(address: str, profile: Path) -> tuple[str, str]:
    """The page after its scripts ran, and what the browser had to say."""
    program = next((item for name in BROWSERS if (item := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium here")
    options = ("--headless=new", *QUIET, f"--user-data-dir={profile}", "--window-size=1200,9000")
    result = subprocess.run(
        [program, *options, "--virtual-time-budget=5000", "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return result.stdout, "\n".join(line for line in result.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.slow
def test_a_browser_shows_every_screen_without_a_word_on_the_console(
    run, harbor: Path, tmp_path: Path, server
) -> None:
    _, address = server
    lines = [json.dumps({"messages": [{"role": "user", "content": f"Line {n}"}]}) for n in range(60)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    run("import", tmp_path / "many.jsonl", cwd=harbor, check=0)

    # The second page of rows came in by script.
    text, console = dom(address, tmp_path / "profile")
    assert text.count('class="row"') == 63
    assert console == ""
    top, _, token = address.partition("?")
    for path in (
        f"e/{ID}0",
        f"e/{ID}0/edit",
        f"e/{ID}0/history",
        "new",
        "review",
        "log",
        "insights",
        "mirrors",
        "help/queries",
    ):
        text, console = dom(f"{top}{path}?{token}", tmp_path / "profile")
        assert "<h1" in text
        assert console == "", path
    assert set(re.findall(r"https?://[^/\"]+", text)) <= {top.rstrip("/")}


_POST = """
import json, sys, urllib.parse, urllib.request as web
opener = web.build_opener(web.ProxyHandler({}), web.HTTPCookieProcessor())
opener.open(sys.argv[1])
body = urllib.parse.urlencode(json.loads(sys.argv[2])).encode()
address = sys.argv[1].partition("/?")[0] + "/review"
opener.open(web.Request(address, body, {"Sec-Fetch-Site": "same-origin"}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process of its own")
def test_ctrl_c_commits_what_waits_and_ends_well(run, harbor: Path, server) -> None:
    process, address = server
    entry = json.dumps(run("show", f"{ID}0", "--json", cwd=harbor).json["entry"])
    fields = {"entry": entry, "verdict": "approved", "q": ""}
    # Not in this process, which may not connect to anything.
    subprocess.run([sys.executable, "-I", "-c", _POST, address, json.dumps(fields)], check=True, timeout=30)
    assert run("list", "review:approved", "--count", cwd=harbor).out == "0\n"

    os.kill(process.pid, signal.SIGINT)

    assert process.wait(20) == 0
    assert run("list", "review:approved", "--count", cwd=harbor).out == "1\n"


_GET = """
import re, sys, urllib.request as web
opener = web.build_opener(web.ProxyHandler({}), web.HTTPCookieProcessor())
text = opener.open(sys.argv[1]).read().decode()
for address in re.findall(r'href="(http[^"]+)"', text):
    print(re.search("<title>([^<]*)", opener.open(address).read().decode())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process of its own")
def test_several_datasets_are_served_and_end_together(run, harbor: Path, talekeep, tmp_path: Path) -> None:
    run("init", tmp_path / "salvage", check=0)
    command = [*talekeep, "serve", "--no-open", "--json", str(harbor), str(tmp_path / "salvage")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            text += process.stdout.readline()
        answer = json.loads(text)
        assert answer["dataset"] == "harbor, salvage"
        listed = [sys.executable, "-I", "-c", _GET, answer["address"]]
        titles = subprocess.run(listed, check=True, timeout=30, capture_output=True, text=True).stdout
        assert titles == "Entries · harbor\nEntries · salvage\n"

        os.kill(process.pid, signal.SIGINT)

        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
