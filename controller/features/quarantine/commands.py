"""`loa node quarantine`, `release`, `volume`: what a node may do; docs/commands.md explains every command."""

from typing import Annotated

import typer

from controller.features.quarantine import service
from controller.terminal.commands import Commands
from controller.terminal.options import NodeName
from controller.terminal.ways import Acting
from devices.ids import NodeId

node = Commands()


@node.command("quarantine")
def quarantine_node(
    here: Acting, name_of_node: NodeName, reason: Annotated[str, typer.Option(help="Lý do.")]
) -> str:
    """Cách ly một cụm loa: chỉ tin khẩn còn phát nhỏ, không được tin lời, không đăng nhập được."""
    service.quarantine_node(here, NodeId(name_of_node), reason=reason, **here.stamp)
    return f"Đã cách ly cụm loa {name_of_node}."


@node.command("release")
def release_node(here: Acting, name_of_node: NodeName) -> str:
    """Thôi cách ly một cụm loa."""
    service.release_node(here, NodeId(name_of_node), **here.stamp)
    return f"Cụm loa {name_of_node} được phát trở lại."


@node.command("volume")
def limit_volume(
    here: Acting,
    name_of_node: NodeName,
    loudest: Annotated[
        int, typer.Argument(metavar="PERCENT", help="Âm lượng lớn nhất, 0–100; 100 là bỏ giới hạn.")
    ],
) -> str:
    """Giới hạn âm lượng của một cụm loa."""
    service.limit_volume(here, NodeId(name_of_node), loudest, **here.stamp)
    return f"Cụm loa {name_of_node}: to nhất {loudest}%."
