"""`loa answer`: a commune's word on a running station, over its JSON interface."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from controller.features.schedules.remote import signed_in
from controller.model.local_time import wall

_SUBJECTS = {"airing": "lượt phát", "schedule": "lịch phát"}


def waiting(address: str | None) -> list[dict[str, Any]]:
    """Return what waits for the word of the officer's commune."""
    with signed_in(address) as station:
        return list(station.call("GET", "/questions"))


def say(address: str | None, kind: str, subject: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Say yes or no to an airing or a schedule (`kind`: their collection)."""
    with signed_in(address) as station:
        return dict(station.call("POST", f"/{kind}/{quote(subject, safe='')}/answer", asked))


def colliding(address: str | None) -> list[dict[str, Any]]:
    """Return the priority airings that collide in the officer's commune, in pairs."""
    with signed_in(address) as station:
        return list(station.call("GET", "/collisions"))


def put_in_order(address: str | None, first: str, then: str) -> dict[str, Any]:
    """Have one airing follow right after another in the officer's commune."""
    with signed_in(address) as station:
        return dict(station.call("POST", "/collisions/order", {"first": first, "then": then}))


def side_line(side: dict[str, Any]) -> str:
    """Return one line of a pair: id, when it starts, title."""
    return "\t".join([side["airing"], wall_of(side["starts_at"]), side["title"]])


def wall_of(instant: str) -> str:
    """Return an instant of the interface as an officer reads it."""
    return wall(datetime.fromisoformat(instant))


def line(question: dict[str, Any]) -> str:
    """Return one line of a list: what it is, its id, when next, title, who asks."""
    starts = question["starts_at"]
    at = wall_of(starts) if starts else "chưa có lần nào"
    fields = [_SUBJECTS[question["subject"]], question["id"], at, question["title"], question["asked_by"]]
    return "\t".join(fields)
