"""The list of topics as commands on the station's own machine see it (`loa topic`)."""

from collections.abc import Callable
from typing import Any

from controller.client.local_store import local_store, opened_store, person_named
from controller.clocks import utc_now
from controller.features.bulletins.topics import add_topic, bring_back_topic, end_topic, rename_topic, topics
from controller.model.bulletin_states import TopicCode
from controller.model.bulletins import Topic
from controller.settings import Settings


def topics_here() -> list[dict[str, Any]]:
    """Return all topics in their order, with those that are not offered any more."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            return [_shown(row) for row in topics(session, everything=True)]
    finally:
        store.close()


def add_here(name: str, *, as_name: str) -> dict[str, Any]:
    """Put a topic on the list."""
    return _change(add_topic, name, as_name=as_name)


def rename_here(code: str, name: str, *, as_name: str) -> dict[str, Any]:
    """Give a topic another name."""
    return _change(rename_topic, TopicCode(code), name, as_name=as_name)


def end_here(code: str, *, as_name: str) -> dict[str, Any]:
    """Offer a topic no more."""
    return _change(end_topic, TopicCode(code), as_name=as_name)


def bring_back_here(code: str, *, as_name: str) -> dict[str, Any]:
    """Offer an ended topic again."""
    return _change(bring_back_topic, TopicCode(code), as_name=as_name)


def _change(use_case: Callable[..., Topic], *asked: str, as_name: str) -> dict[str, Any]:
    with local_store() as store, store.write() as session:
        return _shown(use_case(session, *asked, by=person_named(session, as_name), now=utc_now()))


def _shown(row: Topic) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "is_ended": row.ended_at is not None}
