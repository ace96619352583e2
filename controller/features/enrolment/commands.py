"""`loa node enrol`, `replace`, `key`, `codes`, `withdraw-code`, `hardware`; see docs/operator.md."""

from datetime import timedelta
from typing import Annotated

import segno
import typer

from controller.client.local_client import acting, local_store, person_named, reading
from controller.clocks import utc_now
from controller.features.accounts.secret_codes import typed_code
from controller.features.areas.queries import area_tree
from controller.features.enrolment import known_keys, service
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.service import hardware_of, make_code, open_codes, welcome_of
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode
from controller.host.station_keys import station_key
from controller.model.local_time import wall
from controller.settings import Settings
from controller.terminal.cli_errors import AsJson, Commands, fields_of, print_found, print_json
from controller.terminal.options import AsPerson, NodeName
from devices.enrolment import qr_payload
from devices.ids import AreaCode, NodeId

node = Commands()

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
Hours = Annotated[float, typer.Option(help="Mã có hạn bao nhiêu giờ, nhiều nhất 168.")]


@node.command("enrol")
def enrol_node(
    name_of_node: NodeName,
    area: Area,
    name: Annotated[str, typer.Option(help="Tên gọi, như «Nhà văn hóa thôn 2».")],
    by: AsPerson,
    hours: Hours = 24.0,
    *,
    as_json: AsJson = False,
) -> None:
    """Lấy mã gắn cho một cụm loa mới: dùng một lần, có hạn."""
    _tell_code(name_of_node, area, name, hours, by=by, as_json=as_json)


@node.command("replace")
def replace_node(
    name_of_node: NodeName, by: AsPerson, hours: Hours = 24.0, *, as_json: AsJson = False
) -> None:
    """Lấy mã gắn cho phần cứng mới của một cụm loa đang dùng; phần cứng cũ bị từ chối từ khi mã được dùng."""
    with reading() as session:
        known = get_node(session, NodeId(name_of_node))
    _tell_code(name_of_node, known.area, known.name, hours, by=by, as_json=as_json)


@node.command("key")
def give_key(
    name_of_node: NodeName,
    public: Annotated[str, typer.Argument(metavar="KEY", help="Khóa công khai của cụm loa, 43 ký tự.")],
    by: AsPerson,
) -> None:
    """Ghi khóa công khai của một cụm loa cấu hình bằng tay: không có khóa thì biên nhận không được tính."""
    settings = Settings()
    broker = settings.broker_url or f"mqtt://{settings.host}"
    welcome = welcome_of(settings, station_key(settings), broker, "")
    with acting(by) as (session, person):
        known_keys.give_key(session, NodeId(name_of_node), public.strip(), welcome, by=person, now=utc_now())
    typer.echo(f"Đã ghi khóa của cụm loa {name_of_node}: biên nhận của nó được tính từ bây giờ.")


@node.command("codes")
def list_codes(*, as_json: AsJson = False) -> None:
    """Các mã gắn còn hạn, chưa ai dùng."""
    with reading() as session:
        found = open_codes(session, utc_now(), frozenset(area_tree(session).parents))
    print_found(
        [fields_of(one, "id", "node", "area", "expires_at") for one in found],
        (f"{one.id}\t{one.node}\t{one.area}\t{one.expires_at.isoformat()}" for one in found),
        as_json=as_json,
    )


@node.command("withdraw-code")
def withdraw_code(
    enrolment: Annotated[str, typer.Argument(metavar="ID", help="Mã số, theo «loa node codes».")],
    by: AsPerson,
) -> None:
    """Hủy một mã gắn chưa dùng."""
    with acting(by) as (session, person):
        service.withdraw_code(session, enrolment, by=person, now=utc_now())
    typer.echo("Đã hủy mã.")


@node.command("hardware")
def show_hardware(name_of_node: NodeName, *, as_json: AsJson = False) -> None:
    """Các phần cứng đã mang mã này, mới nhất trước."""
    with reading() as session:
        found = hardware_of(session, get_node(session, NodeId(name_of_node)).id)
    if as_json:
        print_json([fields_of(one, "number", "public", "software", "issued_at", "ended_at") for one in found])
        return
    for one in found:
        ended = "đang dùng" if one.ended_at is None else f"đến {one.ended_at.isoformat()}"
        typer.echo(f"{one.number}\t{one.public}\ttừ {one.issued_at.isoformat()}\t{ended}")


def _tell_code(node_id: str, area: str, name: str, hours: float, *, by: str, as_json: bool) -> None:
    """Make a code with which a node enrols itself, and print it with its picture for a telephone."""
    settings = Settings()
    new, life = NewNode(NodeId(node_id), AreaCode(area), name), timedelta(hours=hours)
    with local_store() as store:
        taken, person = foreign_names(store, settings), person_named(store, by)
        row, code = make_code(store, new, by=person, now=utc_now(), life=life, taken=taken)
    welcome = welcome_of(settings, station_key(settings), settings.broker_url, "")
    qr = qr_payload(welcome.address, typed_code(code), welcome.root_public)
    if as_json:
        made = {"id": row.id, "node": row.node, "code": code, "expires_at": row.expires_at, "qr": qr}
        print_json(made)
        return
    typer.echo(f"Mã gắn cụm loa {row.node}: {code}   (dùng một lần, đến {wall(row.expires_at)})")
    typer.echo(qr)
    segno.make(qr, error="m").terminal(compact=True)
