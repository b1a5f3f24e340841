"""A metric: how many replies shout."""

from talekeep.plugin import Advice
from talekeep.plugin import Bar
from talekeep.plugin import Chart
from talekeep.plugin import Metric
from talekeep_acme.rules import RULES


def _measure(entry):
    return {"shouted": sum(1 for _ in RULES[0].check(entry, None))}


def _report(tally, frame):
    return {"shouted": tally.get("shouted", 0)}


def _charts(report):
    return [Chart("Shouting", "replies", (Bar("in capitals", report["shouted"]),))]


def _advise(report):
    return [Advice("Somebody shouts.", "issue:ACME101")] if report["shouted"] else []


SHOUTING = Metric("shouting", "Shouting", _measure, _report, _charts, _advise)
