"""`craft`: how the replies are written, for people and for scripts."""

import json
from pathlib import Path


def test_what_was_counted_is_told_with_the_query_that_selects_it(run, harbor: Path) -> None:
    cut = "The lamp is lit. I keep it for the boats that come in late, and for the"
    messages = [{"role": "user", "content": "Go on."}, {"role": "assistant", "name": "mara", "content": cut}]
    Path("more.jsonl").write_text(json.dumps({"messages": messages}) + "\n")
    run("-C", "harbor", "import", "../more.jsonl", check=0)

    assert run("-C", "harbor", "craft", check=0).out == (
        "4 replies in 4 entries, 5.8 words each\n"
        "ends-mid-sentence     25.0% of the replies  talekeep list --where issue:ends-mid-sentence\n"
        "format               plain 100%\n"
        "repeated inside      0.0% of the runs of six words\n"
        "\n"
        "By character\n"
        "        replies  words   cut  user   ooc  openings  phrases/1000\n"
        "  mara        4      6   25%    0%    0%        0%          0.00\n"
        "\n"
        "By source\n"
        "              replies  words   cut  user   ooc  openings  phrases/1000\n"
        "  chat.jsonl        3      2    0%    0%    0%        0%          0.00\n"
        "  more.jsonl        1     17  100%    0%    0%        0%          0.00\n"
    )
    assert run("-C", "harbor", "list", "--count", "--where", "issue:ends-mid-sentence", check=0).out == "1\n"


def test_json_has_groups_of_figures(run, harbor: Path) -> None:
    answer = run("-C", "harbor", "craft", "--json", "--where", "tag:night", check=0).json

    assert answer["schema"] == "talekeep.craft/1"
    assert (answer["entries"], answer["all"]["replies"], answer["all"]["words"]) == (1, 1, 2)
    assert [group["name"] for group in answer["characters"]] == ["mara"]
