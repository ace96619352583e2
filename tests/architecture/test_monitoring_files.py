"""The alert rules and the dashboard of deploy/monitoring speak only of figures that a station tells."""

import json
import re

import yaml

from controller.host.metrics import exposition
from tests.architecture.source import ROOT, modules

FOLDER = ROOT / "deploy" / "monitoring"
RULES = [
    rule
    for group in yaml.load((FOLDER / "loa-alerts.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)[
        "groups"
    ]
    for rule in group["rules"]
]
PANELS = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
ASKED_OF_PROMETHEUS = {"up"}
OF_A_PAIR = ("loa_nodes", "loa_backup_timestamp_seconds", "loa_doctor_timestamp_seconds")
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")


def told():
    """Return the names of all figures: those of a process, and those that are read when it is asked."""
    names = re.findall(r"^# TYPE (\S+)", exposition([]).decode(), re.MULTILINE)
    module = modules()["controller.features.monitoring.queries"]
    page = modules()["controller.features.monitoring.api"]
    text = module.path.read_text(encoding="utf-8") + page.path.read_text(encoding="utf-8")
    return set(names) | set(re.findall(r'"(loa_[a-z_]+)"', text))


def asked(expression):
    names = re.findall(r"\b(?:loa|process)_[a-z_]+|\bup\b", expression)
    return {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in names}


def test_each_rule_asks_for_figures_that_there_are():
    assert len(RULES) > 20
    for rule in RULES:
        assert asked(rule["expr"]), rule["alert"]
        assert asked(rule["expr"]) <= told() | ASKED_OF_PROMETHEUS, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


def test_each_panel_asks_for_figures_that_there_are():
    expressions = [target["expr"] for panel in PANELS for target in panel["targets"]]
    assert len(expressions) > 20
    for expression in expressions:
        assert asked(expression), expression
        assert asked(expression) <= told(), expression


def test_the_page_explains_each_figure_and_each_alert():
    own = {name for name in told() if name.startswith("loa_") and not name.endswith("_created")}
    assert [name for name in sorted(own) if f"`{name}`" not in PAGE] == []
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in PAGE] == []


def test_what_both_machines_of_a_pair_tell_is_counted_once():
    panels = [target["expr"] for panel in PANELS for target in panel["targets"]]
    for expression in [*(rule["expr"] for rule in RULES), *panels]:
        for name in OF_A_PAIR:
            unbound = re.sub(rf"max(?: by \(status\) )?\({name}", "", expression)
            assert name not in unbound, expression
