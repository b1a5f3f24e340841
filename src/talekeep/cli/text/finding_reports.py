"""Findings for other programs: annotations of GitHub Actions, SARIF 2.1.0, JUnit XML.

Sources: docs.github.com "Workflow commands for GitHub Actions"; the OASIS standard "SARIF Version 2.1.0"; the
XML that JUnit's Ant task writes, as CI servers read it.
"""

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

import orjson

from talekeep.version import __version__

if TYPE_CHECKING:
    from talekeep.core.finding import Finding

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
# What XML 1.0 cannot hold in any spelling.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def github(findings: "Sequence[Finding]") -> str:
    """A workflow command a finding, which GitHub shows beside the line."""
    return "\n".join(_annotation(finding) for finding in findings)


def _annotation(finding: "Finding") -> str:
    properties = {"file": finding.part, "line": finding.line, "title": f"{finding.code} {finding.name}"}
    text = ",".join(
        f"{key}={_escaped(value, ':,')}" for key, value in properties.items() if value is not None
    )
    entry = f" (entry {finding.entry})" if finding.entry else ""
    return f"::{_LEVELS[finding.severity]} {text}::{_escaped(finding.message + entry)}"


def _escaped(value: object, more: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in str(value))


def sarif(findings: "Sequence[Finding]") -> str:
    """One run with the rules that found something."""
    named = {finding.code: finding.name for finding in findings}
    rules = [{"id": code, "name": name} for code, name in sorted(named.items())]
    driver = {"name": "talekeep", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(finding) for finding in findings]}
    document = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _result(finding: "Finding") -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": finding.message},
    }
    if finding.part is not None:
        region = {"region": {"startLine": finding.line}} if finding.line else {}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": finding.part}, **region}}]
    if finding.entry is not None:
        result["partialFingerprints"] = {"entry/v1": f"{finding.code}:{finding.entry}"}
    return result


def junit(findings: "Sequence[Finding]") -> str:
    """A test suite with a case for each rule that found something; it fails where the rule is an error."""
    ordered = sorted(findings, key=lambda finding: finding.code)
    cases = [list(group) for _, group in groupby(ordered, key=lambda finding: finding.code)]
    failures = sum(case[0].severity == "error" for case in cases)
    head = f'<testsuite name="talekeep" tests="{len(cases)}" failures="{failures}">'
    lines = [line for case in cases for line in _case(case)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *lines, "</testsuite>"])


def _case(findings: "list[Finding]") -> Iterator[str]:
    first = findings[0]
    yield f"  <testcase classname={_quoted(first.code)} name={_quoted(first.name)}>"
    tag = "failure" if first.severity == "error" else "system-out"
    text = "\n".join(f"{f.part or ''}:{f.line or ''} {f.message} {f.entry or ''}".strip() for f in findings)
    attribute = f" message={_quoted(f'{len(findings)} found')}" if tag == "failure" else ""
    yield f"    <{tag}{attribute}>{_xml(text)}</{tag}>"
    yield "  </testcase>"


def _xml(text: str) -> str:
    kept = _NOT_XML.sub("\ufffd", text)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    """As the value of an attribute, where an XML reader takes a line break for a space."""
    return '"' + _xml(text).replace('"', "&quot;").replace("\n", "&#10;") + '"'


REPORTS: "Mapping[str, Callable[[Sequence[Finding]], str]]" = MappingProxyType(
    {"github": github, "sarif": sarif, "junit": junit}
)
