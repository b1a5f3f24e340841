"""`rule` lists every rule with the severity it has when nobody changes it."""

import talekeep.rules as rules


def test_the_list_says_off_where_a_rule_is_off(run) -> None:
    listed = {line.split()[0]: line.split()[1] for line in run("rule", check=0).out.splitlines()}

    levels = rules.severities()
    assert "off" in levels.values()
    assert listed == {code: levels[code] for code in listed}
    assert {row["code"]: row["severity"] for row in run("rule", "--json").json["rules"]} == listed
