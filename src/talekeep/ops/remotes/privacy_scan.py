"""Private data in what a push would send: addresses, numbers, keys (rules C411 to C416).

Said is what is found in all that the other side has not, earlier versions too, because they go along. A key
stops the push: whoever reads the repository can use it.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace

import talekeep.rules as rules
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.ops import plural
from talekeep.ops.remotes import push_permissions
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.remotes import addresses
from talekeep.rules import privacy
from talekeep.store import config
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View

_KEY = "C414"
_SHOWN = 10
# Canonical lines begin so, and no other file of a dataset does.
_RECORDS = b'{"id":'


def look(dataset: Dataset, url: str, name: str, tips: Iterable[str], there: Iterable[str] = ()) -> str | None:
    """Look through what a push would bring to an address; None where nothing is found, or it is no network.

    Args:
        name: of the remote, whose branches as last seen are known to be there.
        tips: commits and tags that are pushed.
        there: more that is known to be there.

    Returns:
        What is found, with masked samples, for the user to read.

    Raises:
        Refused: a key or token is in it, and that was not allowed for this address.
    """
    if not addresses.is_network(url):
        return None
    known = [*there, *dataset.refs.of_remote(name).values()]
    result = private(dataset, list(tips), known)
    if any(one.code == _KEY for one in result) and not push_permissions.has_secrets(dataset, url):
        where = name if push_permissions.addresses_of(dataset, name) else push_permissions.shown(url)
        raise _stopped([one for one in result if one.code == _KEY], where)
    text = f"what leaves holds something of somebody's own in {plural(len(result), 'place')}"
    return _as_lines(text, result) if result else None


def _stopped(keys: Sequence[Finding], where: str) -> Refused:
    text = f"not pushed: what would leave holds {plural(len(keys), 'key')} or token{'s' * (len(keys) > 1)}"
    return Refused(
        _as_lines(text, keys),
        "withdraw it where it was issued, for history keeps it; once it opens nothing: "
        f"talekeep remote allow {where} --secrets",
    )


def _as_lines(first_line: str, findings: Sequence[Finding]) -> str:
    lines = [first_line, *(f"  {validation.describe(one)}" for one in findings[:_SHOWN])]
    more = f"  … and {len(findings) - _SHOWN} more: talekeep validate --select C41"
    return "\n".join([*lines, more] if len(findings) > _SHOWN else lines)


def private(dataset: Dataset, tips: Sequence[str], known: Iterable[str]) -> list[Finding]:
    """What the rules of privacy find in lines that are reachable from `tips` and not from `known`; what
    somebody suppressed for an entry is left out."""
    history = dataset.history
    commits = [commit for commit in (history.peeled(one) for one in dict.fromkeys(known)) if commit]
    blobs = dict.fromkeys(history.new_blobs(tips, commits))
    before = [dataset.of_commit(commit) for commit in commits]
    findings: list[Finding] = []
    known_texts: set[bytes] = set()
    for tip in dict.fromkeys(history.peeled(tip) for tip in tips):
        view = dataset.of_commit(tip) if tip else None
        if view is not None:
            findings += _of_now(dataset, view, before, blobs, known_texts)
    return findings + _of_the_past(dataset, blobs, known_texts)


def _of_now(
    dataset: Dataset, view: View, before: Sequence[View], blobs: dict[str, None], reported: set[bytes]
) -> Iterator[Finding]:
    checker = _checker(dataset, view)
    for part in view.parts():
        if view.files[part] not in blobs:
            continue
        del blobs[view.files[part]]
        reported.update(data for base in before for _, data in parts.lines_of(base.optional(part) or b""))
        quiet = {entry: validation.suppressed(sidecar) for entry, sidecar in view.sidecars(part).items()}
        for line in _new(view, part, reported):
            yield from (f for f in checker.line(line) if f.code not in quiet.get(f.entry or "", ()))


def _of_the_past(dataset: Dataset, blobs: Iterable[str], reported: set[bytes]) -> list[Finding]:
    past = dataset.of_blobs({blob: blob for blob in blobs})
    checker = _checker(dataset, past)
    records = [blob for blob in past.files if past.read(blob).startswith(_RECORDS)]
    result = [f for blob in records for line in _new(past, blob, reported) for f in checker.line(line)]
    return [replace(f, part=None, line=None, message=f"{f.message}, in an earlier version") for f in result]


def _new(view: View, part: str, reported: set[bytes]) -> Iterator[Line]:
    for line in view.lines(part):
        if line.data not in reported:
            reported.add(line.data)
            yield line


def _checker(dataset: Dataset, view: View) -> Checker:
    """The rules of privacy, in whatever profile; those the dataset turns off by name stay off."""
    settings = config.with_profile(dataset.config, "default")
    levels = rules.severities("default", settings.validation.rules)
    off = [code for code in privacy.CODES if levels[code] == "off"]
    return Checker(settings, view, privacy.CODES, off)
