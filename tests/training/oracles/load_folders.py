"""Load folders with `datasets`, as the Hub and trainers do: `load_folders.py JOB.json ANSWER.json`.

The job is a list of folders, the answer `{"version", "rows": [{split: number of rows}, …]}`.
"""

import json
import sys
from pathlib import Path

from oracle_base import prepare

if __name__ == "__main__":
    work = prepare()
    import datasets

    loaded = [
        datasets.load_dataset(folder, cache_dir=str(work / f"cache-{number}"))
        for number, folder in enumerate(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    ]
    rows = [{name: len(split) for name, split in each.items()} for each in loaded]
    answer = {"version": datasets.__version__, "rows": rows}
    Path(sys.argv[2]).write_text(json.dumps(answer), "utf-8")
