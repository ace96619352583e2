"""A node that was written from docs/protocol.md alone takes documents as the file of vectors says."""

import json
from datetime import datetime

import pytest

from tests.support import protocol_vectors
from tests.support.stranger_documents import Documents
from tests.support.stranger_rules import Refused

VECTORS = json.loads((protocol_vectors.FOLDER / "documents.json").read_text("utf-8"))


def kind_and_target(topic):
    levels = topic.split("/")[2:]
    return ("place", levels[1]) if levels[0] == "node" else (levels[0], levels[1] if levels[1:] else "")


def is_taken(node, event):
    at = None if event["at"] is None else datetime.fromisoformat(event["at"])
    try:
        node.take(*kind_and_target(event["topic"]), event["text"], at)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_it_takes_holds_and_lacks_what_the_file_says(case):
    node = Documents(VECTORS["node"], VECTORS["areas"], VECTORS["root_public"])
    taken = [is_taken(node, event) for event in case["events"]]
    held = {f"keys/{area}": one["version"] for area, (one, _, _) in node.sets.items()}
    held |= {f"plan/{target}": one["version"] for target, (one, _) in node.plans.items()}
    held |= {f"policy/{area}": one["version"] for area, (one, _) in node.policies.items()}
    found = {"taken": taken, "areas": node.areas, "held": held, "missing": sorted(node.missing)}
    assert found | {"begins": node.begins(datetime.fromisoformat(case["asked"]))} == case["answer"]
