"""`loa node test`, `prepare-test`: one node sounds a test; docs/operator.md explains both."""

from typing import Annotated

import typer

from controller.client.local_client import acting
from controller.clocks import utc_now
from controller.features.speaker_tests import service
from controller.features.speaker_tests.service import try_node
from controller.model.speech import speech_by
from controller.settings import Settings
from controller.terminal.cli_errors import Commands
from controller.terminal.options import AsPerson, NodeName
from devices.ids import NodeId

node = Commands()


@node.command("test")
def sound_test(
    name_of_node: NodeName, by: AsPerson, volume: Annotated[int, typer.Option(help="Âm lượng, 0–100.")] = 60
) -> None:
    """Cho riêng một cụm loa phát bản tin thử đã duyệt; không làm trong giờ yên lặng."""
    with acting(by) as (session, person):
        airing = try_node(session, NodeId(name_of_node), by=person, now=utc_now(), volume=volume).id
    typer.echo(f"Cụm loa {name_of_node} sẽ phát bản tin thử trong ít giây (lượt {airing}).")


@node.command("prepare-test")
def prepare_test(by: AsPerson) -> None:
    """Soạn và gửi duyệt bản tin thử loa mẫu; dùng được khi cán bộ duyệt đã duyệt."""
    speech = speech_by(Settings())
    with acting(by) as (session, person):
        bulletin = service.prepare_test(session, by=person, now=utc_now(), speech=speech).id
    typer.echo(f"Đã gửi duyệt bản tin thử loa {bulletin}.")
