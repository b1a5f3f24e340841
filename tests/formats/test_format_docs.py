"""The page about import lists every format with its sample; `UPDATE_DOCS=1` writes it from the table."""

import os
import re
from pathlib import Path

from talekeep.formats import BUILT_IN
from talekeep.formats import FORMATS
from talekeep.formats import READERS
from talekeep.formats.catalog import why_read_only
from talekeep.formats.files.file_samples import FILE_SAMPLES

_PAGE = Path(__file__).parents[2] / "docs/import-export.md"
_LISTED = re.compile(r"(<!-- formats -->\n).*(<!-- /formats -->)", re.DOTALL)


def listed() -> str:
    collected = []
    for reader in (READERS[name] for name in READERS if name in BUILT_IN):
        why = why_read_only(reader)
        written = f", only read: {why}" if why else ", also written by `export`"
        if not why and reader.NAME not in FORMATS:
            written += " for entries that came in it"
        collected.append(f"**{reader.NAME}**: {reader.TITLE}{written}\n\n```text\n{reader.SAMPLE}\n```\n")
    collected += [f"**.{one.ending}**: {one.title}\n\n```text\n{one.sample}\n```\n" for one in FILE_SAMPLES]
    return "\n".join(collected)


def test_the_page_lists_every_format_with_its_sample() -> None:
    text = _PAGE.read_text(encoding="utf-8")
    wanted = _LISTED.sub(lambda item: f"{item[1]}{listed()}{item[2]}", text)
    if os.environ.get("UPDATE_DOCS"):
        _PAGE.write_text(wanted, encoding="utf-8")
    assert _PAGE.read_text(encoding="utf-8") == wanted
