"""`loa node import`: a list of loudspeakers, checked line by line, then prepared for enrolment."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from controller.features.accounts.secret_codes import typed_code
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.service import welcome_of
from controller.features.imports.bulletin_files import content_of
from controller.features.node_lists.checking import CheckedList, CheckedNode, LineState, check_list
from controller.features.node_lists.listed_nodes import LONGEST_LIST
from controller.features.node_lists.service import PreparedList, prepare_nodes
from controller.host.station_keys import station_key
from controller.model.spreadsheets import table_text
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting
from devices.enrolment import qr_payload

node = Commands()
_STATES = {
    LineState.NEW: "mới: sẽ tạo mã gắn",
    LineState.CODED: "đã có mã chờ gắn",
    LineState.IN_USE: "đang dùng, không đổi gì",
    LineState.CHANGED: "sẽ đổi",
    LineState.WRONG: "SAI",
}


@node.command("import")
def import_nodes(
    here: Acting,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp CSV; «-» là đầu vào chuẩn.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem thử từng dòng.")] = False,
    only_good: Annotated[bool, typer.Option("--only-good", help="Bỏ qua những dòng sai.")] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Tạo mã khác cho cụm đang có mã chờ; mã trước bị hủy.")
    ] = False,
    hours: Annotated[float, typer.Option(help="Mã có hạn bao nhiêu giờ, nhiều nhất 168.")] = 168.0,
) -> Printed:
    """Chuẩn bị gắn nhiều cụm loa theo danh sách: xem thử từng dòng, rồi tạo mã; tất cả hoặc không gì."""
    settings, text = Settings(), table_text(content_of(file, 4 * LONGEST_LIST))
    taken = foreign_names(here.store, settings)
    if dry_run:
        checked = check_list(here, text, **here.stamp, taken=taken)
        return Printed(_json(checked), _lines(checked))
    done = prepare_nodes(
        here,
        text,
        **here.stamp,
        taken=taken,
        life=timedelta(hours=hours),
        only_good=only_good,
        renew=renew,
    )
    return _printed(done, settings)


def _printed(done: PreparedList, settings: Settings) -> Printed:
    welcome = welcome_of(settings, station_key(settings), settings.broker_url, "")
    codes = [
        {
            "node": row.node,
            "name": row.name,
            "code": code,
            "expires_at": row.expires_at,
            "qr": qr_payload(welcome.address, typed_code(code), welcome.root_public),
        }
        for row, code in done.made
    ]
    lines = [f"{one['node']}\t{one['name']}\t{one['code']}" for one in codes]
    changed = done.checked.count(LineState.CHANGED)
    said = f"Đã tạo {len(codes)} mã, dùng một lần; đổi {changed} cụm."
    left_out = [str(one.listed.line) for one in done.checked.of(LineState.WRONG)]
    if left_out:
        said += f" Bỏ qua {len(left_out)} dòng sai: {', '.join(left_out)}."
    return Printed({"codes": codes, "lines": _json(done.checked)}, [*lines, said])


def _json(checked: CheckedList) -> list[dict[str, object]]:
    return [
        {
            "line": one.listed.line,
            "node": one.node,
            "state": one.state,
            "changes": list(one.changes),
            "fault": one.listed.fault,
        }
        for one in checked.lines
    ]


def _lines(checked: CheckedList) -> Iterator[str]:
    for heading in checked.ignored:
        yield f"Không đọc cột «{heading}»."
    for one in checked.lines:
        yield f"{one.listed.line}\t{one.node}\t{one.listed.name}\t{_said(one)}"


def _said(one: CheckedNode) -> str:
    more = one.listed.fault or "; ".join(one.changes)
    return f"{_STATES[one.state]}: {more}" if more else _STATES[one.state]
