"""Import, edit fifty entries in one commit, export, read insights."""

import sys
from pathlib import Path

import talekeep


def polished(entry: talekeep.Entry) -> talekeep.Entry:
    messages: list[talekeep.Message] = [
        {**message, "content": message["content"].strip() + "!"}
        if message["role"] == "assistant" and isinstance(message["content"], str)
        else message
        for message in entry["messages"]
    ]
    return {**entry, "messages": messages}


def main(file: Path, folder: str) -> int:
    dataset: talekeep.Dataset = talekeep.init(folder)
    imported: talekeep.Imported = dataset.import_files(file, tags="raw")
    with dataset.change("Polish every reply") as change:
        for number, entry in enumerate(dataset.entries(where="tag:raw")):
            if number < 50:
                change.save(polished(entry))
        change.untag("raw", where="tag:raw")
        asked: talekeep.Message = {"role": "user", "content": "Who?"}
        change.add({"messages": [asked, {"role": "assistant", "content": "Me."}]})
    edited: talekeep.Edited | None = change.result
    assert edited is not None
    findings: talekeep.Validated = dataset.validate(select=["S", "T"])
    exported: talekeep.Exported = dataset.export(Path(folder).with_suffix(".jsonl"), clean=True, rev="HEAD")
    insights: talekeep.Insights = dataset.insights()
    newest: talekeep.LogRow = dataset.log(limit=1)[0]
    try:
        dataset.get("ffffffff")
    except talekeep.NotFound as problem:
        print(problem.message, problem.hint)
    print(
        len(imported.added), len(edited.changed), findings.counts["error"], exported.entries, newest.subject
    )
    return 0 if insights.score >= 0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
