"""`loa air`: a text goes through author, approver and airing of a running station."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from controller.client.credentials import CommandUser, code_of, name_and_password
from controller.client.http_client import RemoteStation, address_of, wait_for
from controller.errors import BadInput, LoaError
from controller.features.imports.bulletin_files import draft_of, written_in
from controller.terminal.progress import FETCHED, FINISHED, STAGES, STARTED, Stages
from tts.normalization import check_text

_SPAN = re.compile(r"(\d{1,5})\s*(s|m|h)?$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_RENDER_PATIENCE = 45 * 60.0
_OVER = {"aired", "missed", "cancelled"}
_AFTER_END = 180.0  # seconds: an airing ends some ten seconds after its last sound


def span_of(text: str) -> timedelta:
    """Return how long `20s`, `5m`, `2h` or `90` (seconds) is; BadInput for anything else."""
    found = _SPAN.match(text.strip())
    if not found:
        raise BadInput(
            f"Không hiểu khoảng thời gian «{text}». Hãy viết như 20s, 5m hoặc 2h.", code="time.span"
        )
    return timedelta(**{_UNITS[found[2] or "s"]: int(found[1])})


def air_text(text_file: Path, areas: list[str], start_in: str, *, follow: bool, address: str | None) -> None:
    """Do every step that two operators would do on the pages, and print it."""
    wait = span_of(start_in)
    written = written_in(text_file)
    check_text(written)
    draft = draft_of(written)
    address = address_of(address)
    author, approver = name_and_password(CommandUser.AUTHOR), name_and_password(CommandUser.APPROVER)
    with Stages() as stages:
        with RemoteStation.signed_in(address, *author, code_of(CommandUser.AUTHOR)) as station:
            asked = {
                "title": draft.title,
                "text": draft.text,
                "areas": areas,
                "starts_in_seconds": wait.total_seconds(),
            }
            handed_in = station.call("POST", "/air", asked)
            stages.say(f"Đã soạn và gửi duyệt: {draft.title}")
            bulletin = _recorded(station, handed_in["bulletin"], stages)
        with RemoteStation.signed_in(address, *approver, code_of(CommandUser.APPROVER)) as station:
            station.listen(bulletin["rendering"]["recording"])
            station.call(
                "POST",
                f"/bulletins/{bulletin['id']}/approve",
                {
                    "revision": bulletin["revision"],
                    "recording": bulletin["rendering"]["recording"],
                    "password": approver[1],
                    "declared": True,  # nobody listens here; the journal records that
                },
            )
            stages.say(f"Đã duyệt. Theo dõi tại {address}/phat/{handed_in['airing']}")
            asked = station.call("GET", f"/airings/{handed_in['airing']}/answers")["unanswered"]
            if asked:
                stages.say(f"Chờ {len(asked)} xã, phường đồng ý phát; xã trả lời ở trang Hôm nay.")
            if follow:
                _follow(station, handed_in["airing"], stages)


def _recorded(station: RemoteStation, bulletin_id: str, stages: Stages) -> dict[str, Any]:
    """Wait for the recording, showing phrase k of n."""

    def look() -> dict[str, Any]:
        seen: dict[str, Any] = station.call("GET", f"/bulletins/{bulletin_id}")
        rendering = seen["rendering"] or {}
        if rendering.get("stage"):
            stages.show(STAGES[rendering["stage"]], rendering["done"], rendering["total"])
        if rendering.get("state") == "failed":
            sentence = rendering.get("sentence") or "Không tạo được tệp âm thanh."
            raise LoaError(sentence, code=rendering.get("fault") or "rendering.failed")
        return seen

    def is_ready(seen: dict[str, Any]) -> bool:
        return bool(seen["rendering"]) and seen["rendering"]["state"] == "ready"

    return dict(wait_for(look, is_ready, _RENDER_PATIENCE, "dựng âm thanh"))


def _follow(station: RemoteStation, airing_id: str, stages: Stages) -> None:
    """Show the funnel until the airing is over; raise LoaError unless it was aired."""

    def look() -> dict[str, Any]:
        seen: dict[str, Any] = station.call("GET", f"/airings/{airing_id}")
        for stage, key in ((FETCHED, "fetched"), (STARTED, "started"), (FINISHED, "finished")):
            stages.show(stage, seen[key], seen["nodes"])
        return seen

    first = look()
    length = (first.get("duration_ms") or 0) / 1000
    start = datetime.fromisoformat(first["starts_at"])
    until_start = (start - datetime.now(start.tzinfo)).total_seconds()
    seen = wait_for(
        look, lambda one: one["state"] in _OVER, until_start + length + _AFTER_END, "lượt phát kết thúc"
    )
    if seen["state"] != "aired":
        raise LoaError(
            seen.get("reason") or "Lượt phát không thực hiện được.", code=f"airing.{seen['state']}"
        )
    stages.say(f"Đã phát: {seen['finished']}/{seen['nodes']} cụm loa nghe hết.")
