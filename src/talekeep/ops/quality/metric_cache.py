"""Tallies of a dataset: kept for each part that did not change, so only the changed ones are read."""

import contextlib
import hashlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

import talekeep.formats as formats
from talekeep.core.entry import Entry
from talekeep.core.errors import Outside
from talekeep.core.finding import Finding
from talekeep.metrics.base import Judged
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Profile
from talekeep.metrics.tally import Tally
from talekeep.metrics.tally import total
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import select
from talekeep.store import config
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.object_ids import blob_id
from talekeep.store.view import View

# Measured parts are noted so many at a time: work that is broken off is not all lost.
_BATCH = 256
# Private material says nothing of quality, and takes a third of the time of all rules to look for.
_IGNORED = ("C41",)


@dataclass(frozen=True, slots=True)
class Measured:
    """How many entries were measured, and the tally of each metric by its name."""

    entries: int
    tallies: dict[str, Tally]


def tallied(dataset: Dataset, view: View, name: str, metrics: tuple[Metric, ...]) -> Measured:
    """What metrics count in all entries of a view, which nobody judges.

    Args:
        name: says in the cache whose tallies they are.
    """
    profile = Profile(name, metrics, "", lambda *_: Judged({}, (), (), ()))
    return measured(dataset, view, profile, None, None, silent)


def measured(
    dataset: Dataset, view: View, profile: Profile, where: str | None, keep: View | None, progress: Progress
) -> Measured:
    """The tallies of a view, or of the entries in it that match a query (these are not kept).

    Args:
        keep: another view whose tallies are in use and stay noted.

    Raises:
        Usage: the query is not one.
    """
    measuring = _Measuring(dataset, view, profile)
    if where is not None:
        return _sum(measuring.of_query(where))
    other = _Measuring(dataset, keep, profile) if keep is not None else measuring
    return _sum(measuring.of_parts(other, progress))


def _sum(tallies: Iterable[dict[str, Any]]) -> Measured:
    whole = total(tallies)
    return Measured(whole.pop("entries", 0), whole)


class _Measuring:
    """One profile's metrics over one view."""

    def __init__(self, dataset: Dataset, view: View, profile: Profile) -> None:
        self._dataset = dataset
        self._seen = view
        self._metrics = profile.metrics
        self._format = formats.named(profile.format) if profile.format else None
        settings = config.with_profile(dataset.config, profile.rules) if profile.rules else dataset.config
        self._checker = Checker(settings, view, ignore=_IGNORED)

    @cached_property
    def _policy(self) -> str:
        """Names everything a finding depends on beside the entry."""
        known = repr((sorted(self._checker.levels.items()), self._checker.context))
        return hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def keys(self, metric: Metric) -> list[str]:
        """What names each part, in dataset order: what is in it and beside it, and what its entries are
        measured by."""
        policy = f":{self._policy}" if metric.sees == "findings" else ""
        return [
            f"{self._seen.files[part]}+{self._seen.files.get(parts.sidecar_of(part), '')}{policy}"
            for part in self._seen.parts()
        ]

    def of_query(self, where: str) -> Iterator[dict[str, Any]]:
        for selected in select(self._dataset, self._seen, where):
            yield {"entries": 1, **self._entry(self._metrics, selected.entry, selected.sidecar)}

    def _entry(self, metrics: Iterable[Metric], entry: Entry, sidecar: dict[str, Any]) -> dict[str, Tally]:
        entry = self._as_exported(entry, sidecar)
        findings: list[Finding] | None = None
        tallies: dict[str, Tally] = {}
        for metric in metrics:
            if metric.sees == "entry":
                tallies[metric.name] = metric.measure(entry)
            elif metric.sees == "sidecar":
                tallies[metric.name] = metric.measure(sidecar)
            elif metric.sees == "both":
                tallies[metric.name] = metric.measure({"entry": entry, "sidecar": sidecar})
            else:
                findings = self._findings(entry, sidecar) if findings is None else findings
                tallies[metric.name] = metric.measure(findings)
        return tallies

    def _as_exported(self, entry: Entry, sidecar: dict[str, Any]) -> Entry:
        """The entry with the messages and tags that an export in the profile's format has."""
        if self._format is None:
            return entry
        origin = sidecar.get("source")
        shape = origin.get("shape") if isinstance(origin, dict) else None
        written = self._format.write(entry, shape=shape if isinstance(shape, dict) else None).record
        return {"id": entry.get("id"), "messages": written["messages"], "tags": written["tags"]}

    def _findings(self, entry: Entry, sidecar: dict[str, Any]) -> list[Finding]:
        return validation.unsuppressed(self._checker.all(entry), sidecar)

    def of_parts(self, other: "_Measuring", progress: Progress) -> Iterator[dict[str, Any]]:
        """The tallies of every part, in dataset order; what `other` needs stays noted."""
        keys = {metric.name: self.keys(metric) for metric in self._metrics}
        known = {m.name: self._dataset.cache.derived(_kind(m), keys[m.name]) for m in self._metrics}
        fresh: dict[str, dict[str, bytes]] = {metric.name: {} for metric in self._metrics}
        names = self._seen.parts()
        for count, part in enumerate(names):
            kept = {
                name: value[keys[name][count]] for name, value in known.items() if keys[name][count] in value
            }
            rows = {name: orjson.loads(data) for name, data in kept.items()}
            missing = [metric for metric in self._metrics if metric.name not in rows]
            if missing:
                progress("measuring", count, len(names))
                made, sure = self._part(missing, part)
                rows |= made
                for metric in missing if sure else ():
                    fresh[metric.name][keys[metric.name][count]] = orjson.dumps(made[metric.name])
            yield _together(rows)
            if count % _BATCH == _BATCH - 1:
                self._remember(fresh, other)
        self._remember(fresh, other)

    def _remember(self, fresh: dict[str, dict[str, bytes]], other: "_Measuring") -> None:
        # What a full disk keeps from being remembered is only measured again.
        with contextlib.suppress(Outside):
            for metric in self._metrics:
                if fresh[metric.name]:
                    keep = {*self.keys(metric), *other.keys(metric)}
                    self._dataset.cache.derive(_kind(metric), fresh[metric.name], keep)
                    fresh[metric.name] = {}

    def _part(self, metrics: Sequence[Metric], part: str) -> tuple[dict[str, Tally], bool]:
        """The tallies of one part, and whether they are surely those of the blobs it was named by: a file
        may have been written since."""
        data, beside = self._seen.read(part), parts.sidecar_of(part)
        alone = self._format is None and all(m.sees == "entry" for m in metrics)
        sidecars = {} if alone else self._seen.sidecars(part)
        result = []
        for line in self._seen.lines_in(part, data):
            if isinstance(line.value, dict):
                result.append(self._entry(metrics, line.value, sidecars.get(str(line.value.get("id")), {})))
        sums = total(result)
        rows = {m.name: {"entries": len(result), "tally": sums.get(m.name, {})} for m in metrics}
        sure = blob_id(data) == self._seen.files[part] and self._is_still(beside)
        return rows, sure

    def _is_still(self, path: str) -> bool:
        return path not in self._seen.files or blob_id(self._seen.read(path)) == self._seen.files[path]


def _kind(metric: Metric) -> str:
    return f"insights-{metric.name}/{metric.version}"


def _together(rows: dict[str, Tally]) -> dict[str, Any]:
    """One part: its number of entries, and the tally of each metric."""
    entries = max((row["entries"] for row in rows.values()), default=0)
    return {"entries": entries, **{name: row["tally"] for name, row in rows.items()}}
