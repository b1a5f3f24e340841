#!/bin/sh
# Writes the JSON Schemas in src/talekeep/schemas anew, and keeps a new one as it is first published.
# PYTHON names the interpreter to use.
set -e
cd "$(dirname "$0")/.."
for python in "${PYTHON:-}" ../env/bin/python .venv/bin/python python3; do
  if [ -n "$python" ] && command -v "$python" >/dev/null; then break; fi
done
PYTHONPATH=src exec "$python" - <<'END'
from pathlib import Path

from talekeep.cli.answers import documents

folder, first, made = Path("src/talekeep/schemas"), Path("tests/data/schemas-v1"), documents()
for old in folder.glob("*.json"):
    if old.name not in made:
        old.unlink()
for name, text in made.items():
    (folder / name).write_text(text, encoding="utf-8")
    if not (first / name).exists():
        (first / name).write_text(text, encoding="utf-8")
END
