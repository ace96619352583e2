"""`loa node quarantine`, `release`, `volume`: what a node may do; docs/operator.md explains every command."""

from typing import Annotated

import typer

from controller.client.local_client import acting
from controller.clocks import utc_now
from controller.features.quarantine import service
from controller.terminal.cli_errors import Commands
from controller.terminal.options import AsPerson, NodeName
from devices.ids import NodeId

node = Commands()


@node.command("quarantine")
def quarantine_node(
    name_of_node: NodeName, by: AsPerson, reason: Annotated[str, typer.Option(help="Lý do.")]
) -> None:
    """Cách ly một cụm loa: chỉ tin khẩn còn phát nhỏ, không được tin lời, không đăng nhập được."""
    with acting(by) as (session, person):
        service.quarantine_node(session, NodeId(name_of_node), reason=reason, by=person, now=utc_now())
    typer.echo(f"Đã cách ly cụm loa {name_of_node}.")


@node.command("release")
def release_node(name_of_node: NodeName, by: AsPerson) -> None:
    """Thôi cách ly một cụm loa."""
    with acting(by) as (session, person):
        service.release_node(session, NodeId(name_of_node), by=person, now=utc_now())
    typer.echo(f"Cụm loa {name_of_node} được phát trở lại.")


@node.command("volume")
def limit_volume(
    name_of_node: NodeName,
    loudest: Annotated[
        int, typer.Argument(metavar="PERCENT", help="Âm lượng lớn nhất, 0–100; 100 là bỏ giới hạn.")
    ],
    by: AsPerson,
) -> None:
    """Giới hạn âm lượng của một cụm loa."""
    with acting(by) as (session, person):
        service.limit_volume(session, NodeId(name_of_node), loudest, by=person, now=utc_now())
    typer.echo(f"Cụm loa {name_of_node}: to nhất {loudest}%.")
