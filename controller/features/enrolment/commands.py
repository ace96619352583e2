"""`loa node enrol`, `replace`, `key`, `codes`, `withdraw-code`, `hardware`; see docs/commands.md."""

from datetime import timedelta
from io import StringIO
from typing import Annotated

import typer

from controller.client.local_client import LocalCaller
from controller.clocks import utc_now
from controller.features.accounts.secret_codes import typed_code
from controller.features.areas.queries import area_tree
from controller.features.enrolment import known_keys, service
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.service import hardware_of, make_code, open_codes, welcome_of
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode
from controller.host.station_keys import station_key
from controller.model.fleet import Hardware
from controller.model.local_time import wall
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.options import NodeName
from controller.terminal.ways import Acting, Reading
from devices.enrolment import qr_payload
from devices.ids import AreaCode, NodeId

node = Commands()

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
Hours = Annotated[float, typer.Option(help="Mã có hạn bao nhiêu giờ, nhiều nhất 168.")]


@node.command("enrol")
def enrol_node(
    here: Acting,
    name_of_node: NodeName,
    area: Area,
    name: Annotated[str, typer.Option(help="Tên gọi, như «Nhà văn hóa thôn 2».")],
    hours: Hours = 24.0,
) -> Printed:
    """Lấy mã gắn cho một cụm loa mới: dùng một lần, có hạn."""
    return _made_code(here, NewNode(NodeId(name_of_node), AreaCode(area), name), hours)


@node.command("replace")
def replace_node(here: Acting, name_of_node: NodeName, hours: Hours = 24.0) -> Printed:
    """Lấy mã gắn cho phần cứng mới của một cụm loa đang dùng; phần cứng cũ bị từ chối từ khi mã được dùng."""
    known = get_node(here, NodeId(name_of_node))
    return _made_code(here, NewNode(known.id, known.area, known.name), hours)


@node.command("key")
def give_key(
    here: Acting,
    name_of_node: NodeName,
    public: Annotated[str, typer.Argument(metavar="KEY", help="Khóa công khai của cụm loa, 43 ký tự.")],
) -> str:
    """Ghi khóa công khai của một cụm loa cấu hình bằng tay: không có khóa thì biên nhận không được tính."""
    settings = Settings()
    broker = settings.broker_url or f"mqtt://{settings.host}"
    welcome = welcome_of(settings, station_key(settings), broker, "")
    known_keys.give_key(here, NodeId(name_of_node), public.strip(), welcome, **here.stamp)
    return f"Đã ghi khóa của cụm loa {name_of_node}: biên nhận của nó được tính từ bây giờ."


@node.command("codes")
def list_codes(session: Reading) -> Printed:
    """Các mã gắn còn hạn, chưa ai dùng."""
    found = open_codes(session, utc_now(), frozenset(area_tree(session).parents))
    return Printed(
        [fields_of(one, "id", "node", "area", "expires_at") for one in found],
        (f"{one.id}\t{one.node}\t{one.area}\t{one.expires_at.isoformat()}" for one in found),
    )


@node.command("withdraw-code")
def withdraw_code(
    here: Acting,
    enrolment: Annotated[str, typer.Argument(metavar="ID", help="Mã số, theo «loa node codes».")],
) -> str:
    """Hủy một mã gắn chưa dùng."""
    service.withdraw_code(here, enrolment, **here.stamp)
    return "Đã hủy mã."


@node.command("hardware")
def show_hardware(session: Reading, name_of_node: NodeName) -> Printed:
    """Các phần cứng đã mang mã này, mới nhất trước."""
    found = hardware_of(session, get_node(session, NodeId(name_of_node)).id)
    names = ("number", "public", "software", "issued_at", "ended_at")
    return Printed([fields_of(one, *names) for one in found], map(_hardware_line, found))


def _hardware_line(one: Hardware) -> str:
    ended = "đang dùng" if one.ended_at is None else f"đến {one.ended_at.isoformat()}"
    return f"{one.number}\t{one.public}\ttừ {one.issued_at.isoformat()}\t{ended}"


def _made_code(here: LocalCaller, new: NewNode, hours: float) -> Printed:
    """Make a code with which a node enrols itself; it is shown with its picture for a telephone."""
    settings, life = Settings(), timedelta(hours=hours)
    taken = foreign_names(here.store, settings)
    row, code = make_code(here, new, life=life, taken=taken, **here.stamp)
    welcome = welcome_of(settings, station_key(settings), settings.broker_url, "")
    qr, picture = qr_payload(welcome.address, typed_code(code), welcome.root_public), StringIO()
    import segno  # imported late: 2 MB, for a picture that is seldom asked for

    segno.make(qr, error="m").terminal(picture, compact=True)
    made = {"id": row.id, "node": row.node, "code": code, "expires_at": row.expires_at, "qr": qr}
    once = f"Mã gắn cụm loa {row.node}: {code}   (dùng một lần, đến {wall(row.expires_at)})"
    return Printed(made, [once, qr, picture.getvalue().rstrip("\n")])
