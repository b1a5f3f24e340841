"""`remote`, `push`, `fetch`, `clone`."""

from typing import TYPE_CHECKING

from talekeep.cli.app import App

if TYPE_CHECKING:
    from talekeep.remotes.base import Status


def answer_status(app: App, name: str, result: "Status") -> None:
    lines = [f"{w.writer}: push {w.number or 'none whole yet'}" for w in result.writers]
    lines += [f"{ref} → {commit[:7]}" for ref, commit in result.refs.items()]
    app.output.answer(name, result, [f"Would read {result.folder}", *lines])
