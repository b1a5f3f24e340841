"""The rules of a dataset's policy, ready to run on entries and lines, and which trees have passed them."""

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import talekeep.rules as rules
from talekeep.core.finding import Finding
from talekeep.library import characters
from talekeep.library import tags
from talekeep.rules.base import Hit
from talekeep.store import libraries
from talekeep.store.config import Config
from talekeep.store.config import Validation
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View


def policy_of(settings: Config) -> str:
    """Names what a validated tree is validated against: the rules that are errors in these settings."""
    policy = settings.validation
    levels = rules.severities(policy.profile, policy.rules)
    errors = sorted(code for code, level in levels.items() if level == "error" and code in rules.BY_CODE)
    key = json.dumps([errors, policy.profile in rules.STRICT, policy.max_bytes])
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def set_validated(dataset: Dataset, tree: str, base_tree: str | None) -> None:
    """Record a tree as validated, if the tree it was built on is."""
    policy = policy_of(dataset.config)
    if base_tree is None or dataset.cache.is_validated(base_tree, policy):
        dataset.cache.set_validated(tree, policy)


def is_validated(dataset: Dataset, tree: str) -> bool:
    """Whether a tree has passed the rules of the dataset's policy before."""
    return dataset.cache.is_validated(tree, policy_of(dataset.config))


class Checker:
    """The rules of a dataset's policy, ready to run."""

    def __init__(
        self, settings: Config, view: View, select: Iterable[str] = (), ignore: Iterable[str] = ()
    ) -> None:
        profile = settings.validation.profile
        select = tuple(select)
        self.levels = rules.asked(rules.severities(profile, settings.validation.rules), select)
        chosen = rules.select(select, ignore)
        self._codes = frozenset(rule.code for rule in chosen)
        self._all = rules.plan(self.levels, chosen)
        self._gate = rules.gate(self._all)
        self.context = _context(view, settings.validation, strict=profile in rules.STRICT)

    def errors(self, entry: Any) -> list[Finding]:
        """What stops this entry from being committed."""
        return rules.run(entry, self._gate, self.context)

    def all(self, entry: Any) -> list[Finding]:
        """Everything that is found in this entry."""
        return rules.run(entry, self._all, self.context)

    def line(self, line: Line, *, gate: bool = False) -> list[Finding]:
        """What is found in one line of a part, with its place."""
        if line.reason is not None:
            rule, hit = rules.bad_line(line.data, line.reason)
            return list(self._at(rule.code, hit, None, line.part, line.number))
        result = rules.run(line.value, self._gate if gate else self._all, self.context)
        return [replace(f, part=line.part, line=line.number) for f in result]

    def sidecar(self, line: Line) -> Iterator[Finding]:
        """What is found in the reviews of one sidecar line, with its place."""
        entry = str(line.value.get("id"))
        for hit in rules.BY_CODE["S014"].check(line.value, self.context):
            yield from self._at("S014", hit, entry, line.part, line.number)

    def at(self, code: str, text: str, entry: str | None, part: str, line: int | None) -> Iterator[Finding]:
        """A finding of a rule that needs more than one entry to see."""
        return self._at(code, Hit(text), entry, part, line)

    def _at(self, code: str, hit: Hit, entry: str | None, part: str, line: int | None) -> Iterator[Finding]:
        level = self.levels[code]
        if level != "off" and code in self._codes:
            yield rules.finding(rules.BY_CODE[code], level, hit, entry, part, line)


def _context(view: View, policy: Validation, *, strict: bool) -> rules.Context:
    known = libraries.read(view, characters.KIND, characters.Character)
    inactive = [(slug, c.name) for slug, c in known.items() if not c.active]
    words = tags.with_built_in(libraries.vocabulary(view))
    return rules.Context(
        strict=strict,
        known_keys=frozenset(policy.known_keys),
        refusals=tuple(policy.refusals),
        endings=tuple(policy.endings),
        phrases=tuple(policy.phrases),
        split_exchanges=policy.split_exchanges,
        split_words=policy.split_words,
        max_bytes=policy.max_bytes,
        characters={slug: c.active for slug, c in known.items()},
        inactive_names=tuple(dict.fromkeys(name for pair in inactive for name in pair)),
        tags={slug: tag.status for slug, tag in words.tags.items()},
        renamed=tags.renamed(words),
    )
