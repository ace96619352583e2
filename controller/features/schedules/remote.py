"""`loa schedule`: schedules of a running station, over its JSON interface."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from controller.client.http_client import RemoteStation
from controller.errors import BadInput
from controller.features.airings.remote import code_of, person
from controller.features.provisioning.service import OFFICER
from controller.model.local_time import ZONE
from controller.settings import Settings

_KINDS = {
    "quiet-hours": "giờ yên lặng",
    "minutes-a-day": "quá số phút một ngày",
    "yields": "phải nhường",
    "takes": "chiếm giờ của",
    "starves": "dùng hết số phút của",
}
_CHOICES = {
    "shift": "đổi giờ",
    "after": "phát ngay sau",
    "replace": "thay thế",
    "accept": "vẫn đặt",
    "shorten": "rút ngắn",
    "refuse": "không đặt",
}
_STATES = {"running": "đang chạy", "ended": "đã kết thúc"}


@contextmanager
def signed_in(address: str | None) -> Iterator[RemoteStation]:
    """Sign the officer in at a station, as `loa air` does, and out at the end."""
    settings = Settings()
    address = address or f"http://{settings.host}:{settings.port}"
    author = person("AUTHOR", OFFICER, settings)
    with RemoteStation.signed_in(address, *author, code_of("AUTHOR")) as station:
        yield station


def add_schedule(address: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    """Lay down a schedule; what is None or empty is left to the station's defaults."""
    with signed_in(address) as station:
        return dict(station.call("POST", "/schedules", _given(asked)))


def look_ahead(address: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the occurrences of a schedule would meet; nothing is saved."""
    with signed_in(address) as station:
        return dict(station.call("POST", "/schedules/foresee", _given(asked)))


def listed(address: str | None, *, everything: bool) -> list[dict[str, Any]]:
    """Return the schedules that the officer may see: the running ones, or all."""
    with signed_in(address) as station:
        return list(station.call("GET", "/schedules" + ("" if everything else "?state=running")))


def shown(address: str | None, schedule: str) -> dict[str, Any]:
    """Return one schedule with its next occurrences."""
    with signed_in(address) as station:
        return dict(station.call("GET", f"/schedules/{schedule}"))


def change(address: str | None, schedule: str, act: str, asked: dict[str, Any]) -> dict[str, Any]:
    """End a schedule (`end`), or cancel or move one of its occurrences (`occurrences/cancel`, `…/move`)."""
    with signed_in(address) as station:
        return dict(station.call("POST", f"/schedules/{schedule}/{act}", asked))


def instant(written: str) -> str:
    """Return what a person wrote as an instant: wall time of Vietnam unless an offset stands beside it."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadInput(
            f"Không hiểu thời điểm «{written}». Hãy viết như 2026-11-27T17:00.", code="time.instant"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).isoformat()


def line(schedule: dict[str, Any]) -> str:
    """Return one line of a list: id, state, title, where."""
    return "\t".join([schedule["id"], _STATES[schedule["state"]], schedule["title"], schedule["where"]])


def lines(schedule: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that tell all of one schedule."""
    yield line(schedule)
    yield from (f"  {part}" for part in schedule["rule"].splitlines())
    for one in schedule["next"]:
        starts = _wall(one["starts_at"])
        moved = f" (dời từ {_wall(one['original_at'])})" if one["starts_at"] != one["original_at"] else ""
        yield f"{starts}\tâm lịch {one['lunar']}\t{one['airing'] or 'chưa tạo lượt phát'}{moved}"


def outlook_lines(outlook: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that tell what occurrences would meet: when, what, what is lost, what can be done."""
    for one in outlook["occurrences"]:
        for conflict in one["conflicts"]:
            title = f" «{conflict['other_title']}»" if conflict["other_title"] else ""
            choices = ", ".join(_CHOICES[choice] for choice in conflict["choices"])
            where = ", ".join(conflict["areas"])
            meets = f"{_KINDS[conflict['kind']]}{title} ở {where}, mất {conflict['seconds_lost']:.0f} giây"
            yield f"{_wall(one['starts_at'])}\t{meets}\tcó thể: {choices}"
        if one["conflicts"] and one["clear_at"]:
            yield f"{_wall(one['starts_at'])}\tsớm nhất không vướng: {_wall(one['clear_at'])}"
    met = sum(bool(one["conflicts"]) for one in outlook["occurrences"])
    yield f"{len(outlook['occurrences'])} lần phát trong hai tuần tới, {met} lần bị vướng."
    if outlook["nodes_away"]:
        yield f"Đang mất kết nối {outlook['nodes_away']} trong {outlook['nodes']} cụm loa."


def _wall(instant_text: str) -> str:
    return datetime.fromisoformat(instant_text).astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _given(value) if isinstance(value, dict) else value
        for name, value in asked.items()
        if value is not None and value != []
    }
