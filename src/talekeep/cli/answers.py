"""What `--json` answers with: the types of each answer, by the name of its schema.

They are named and not imported, so that the table costs nothing. An answer with several types has the keys of
one of them.
"""

import importlib
import json
from collections.abc import Mapping
from types import MappingProxyType

_EDITED = "talekeep.ops.workspace.changeset:Edited"
_REMOTE = "talekeep.remotes.base"
_BRANCHES = "talekeep.ops.history.branches:Branches"
_UNDONE = "talekeep.ops.merge.undo:Undone"

ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "add": (_EDITED,),
        "alternative": ("talekeep.ops.entries.alternatives:Alternatives", _EDITED),
        "blame": ("talekeep.ops.history.blame:Blamed",),
        "branch": (_BRANCHES,),
        "category": ("talekeep.ops.library.tag_counts:Categories", _EDITED),
        "character": (
            "talekeep.ops.library.characters:Roster",
            "talekeep.ops.library.characters:Portrait",
            "talekeep.ops.library.detect_speakers:Detected",
            _EDITED,
        ),
        "clone": (f"{_REMOTE}:Restored", f"{_REMOTE}:Cloned", f"{_REMOTE}:Status"),
        "combine": ("talekeep.ops.combine.result:Combined",),
        "commit": ("talekeep.ops.history.commit:Committed",),
        "completion": ("talekeep.cli.commands.completion:Completion",),
        "config": ("talekeep.ops.project.config:Settings",),
        "conflicts": ("talekeep.ops.merge.conflicts:Conflicts",),
        "craft": ("talekeep.ops.quality.craft:Craft",),
        "demo": ("talekeep.cli.commands.demo:Demo",),
        "diff": ("talekeep.ops.history.diff:Compared",),
        "doctor": ("talekeep.ops.project.doctor:Diagnosis",),
        "doctor-report": ("talekeep.ops.project.doctor_report:Report",),
        "duplicate": (_EDITED,),
        "duplicates": ("talekeep.ops.quality.duplicates:Duplicates",),
        "duplicates-against": ("talekeep.ops.exchange.training.against:Matches",),
        "edit": (_EDITED,),
        "export": ("talekeep.ops.exchange.export:Exported",),
        "export-check": ("talekeep.ops.exchange.training.recipe:RecipeCheck",),
        "export-recipe": ("talekeep.ops.exchange.training.recipe:RecipeExport",),
        "export-save": (_EDITED,),
        "fetch": (f"{_REMOTE}:Fetched", f"{_REMOTE}:Status"),
        "fit": ("talekeep.ops.exchange.training.fit:Fit",),
        "generate": ("talekeep.ops.generate.generate:Generated", "talekeep.ops.generate.generate:Catalogue"),
        "help": ("talekeep.cli.commands.help:Help",),
        "import": ("talekeep.ops.exchange.incoming.import_result:Imported",),
        "init": ("talekeep.ops.project.init:Initialised",),
        "insights": ("talekeep.ops.quality.insights:Insights",),
        "join": (_EDITED,),
        "list": ("talekeep.ops.entries.list_show:Listed",),
        "log": (
            "talekeep.ops.history.log:Log",
            "talekeep.ops.history.entry_log:EntryLog",
            "talekeep.ops.merge.undo:Operations",
        ),
        "merge": ("talekeep.ops.merge.merge:Merged",),
        "prompt": ("talekeep.ops.library.prompts:Shelf", _EDITED),
        "push": (f"{_REMOTE}:Pushed", f"{_REMOTE}:Sent", "talekeep.ops.remotes.mirror_state:MirrorState"),
        "redo": (_UNDONE,),
        "repack": ("talekeep.ops.project.repack:Repacked",),
        "remote": (
            "talekeep.ops.remotes.remotes:Remotes",
            "talekeep.ops.remotes.push_permissions:Permissions",
        ),
        "remote-check": (f"{_REMOTE}:Checked",),
        "remote-forget-machine": (f"{_REMOTE}:Forgotten",),
        "remote-prune": (f"{_REMOTE}:Pruned",),
        "remote-recipients": ("talekeep.ops.remotes.encryption:Recipients",),
        "remote-unlock": ("talekeep.ops.remotes.encryption:Unlocked",),
        "remove": (_EDITED,),
        "repair": ("talekeep.ops.quality.repair:Repaired",),
        "replace": ("talekeep.ops.entries.replace:Replaced",),
        "resolve": ("talekeep.ops.merge.resolve:Resolved",),
        "restore": ("talekeep.ops.history.restore:Restored",),
        "discard": ("talekeep.ops.history.discard:Discarded",),
        "review": ("talekeep.ops.quality.review:Reviewed", "talekeep.ops.quality.review:Reviews"),
        "rule": ("talekeep.cli.commands.rule:Rules",),
        "schema": ("talekeep.ops.project.schema:Schemas", "talekeep.ops.project.schema:Schema"),
        "search": ("talekeep.ops.entries.search:Found",),
        "serve": ("talekeep.cli.commands.serve:Served",),
        "setup": ("talekeep.ops.project.setup:SetUp",),
        "show": ("talekeep.ops.entries.list_show:Shown",),
        "snapshot": ("talekeep.ops.history.snapshots:Snapshots",),
        "source": ("talekeep.ops.library.sources:SourceList", _EDITED),
        "split": (_EDITED,),
        "status": ("talekeep.ops.project.status:Status",),
        "switch": (_BRANCHES,),
        "sync": ("talekeep.ops.project.sync:Synced",),
        "system": (_EDITED,),
        "tag": ("talekeep.ops.library.tag_counts:TagList", _EDITED),
        "trained": ("talekeep.ops.exchange.training.trained:Trained",),
        "trained-list": ("talekeep.ops.exchange.training.trained:ModelList",),
        "undo": (_UNDONE,),
        "validate": ("talekeep.ops.workspace.validation:Validated",),
    }
)


def documents() -> dict[str, str]:
    """Every schema there is to publish, as the text of its file, by file name."""
    from talekeep.ops.project import schema

    made = {name: schema.of_answer(name, types_of(name)) for name in ANSWERS}
    made |= {name: schema.of_file(name) for name in schema.FILES}
    made["error"] = schema.of_failure()
    return {
        schema.file_name(name): json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in made.items()
    }


def types_of(name: str) -> list[type]:
    """The types an answer may have."""
    return [_type_at(path) for path in ANSWERS[name]]


def _type_at(path: str) -> type:
    module, _, name = path.partition(":")
    result: type = getattr(importlib.import_module(module), name)
    return result
