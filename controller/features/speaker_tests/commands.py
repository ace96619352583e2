"""`loa node test`, `prepare-test`: one node sounds a test; docs/commands.md explains both."""

from typing import Annotated

import typer

from controller.features.speaker_tests import service
from controller.model.speech import speech_by
from controller.settings import Settings
from controller.terminal.commands import Commands
from controller.terminal.options import NodeName
from controller.terminal.ways import Acting
from devices.ids import NodeId

node = Commands()


@node.command("test")
def sound_test(
    here: Acting, name_of_node: NodeName, volume: Annotated[int, typer.Option(help="Âm lượng, 0–100.")] = 60
) -> str:
    """Cho riêng một cụm loa phát bản tin thử đã duyệt; không làm trong giờ yên lặng."""
    airing = service.try_node(here, NodeId(name_of_node), volume=volume, **here.stamp).id
    return f"Cụm loa {name_of_node} sẽ phát bản tin thử trong ít giây (lượt {airing})."


@node.command("prepare-test")
def prepare_test(here: Acting) -> str:
    """Soạn và gửi duyệt bản tin thử loa mẫu; dùng được khi cán bộ duyệt đã duyệt."""
    bulletin = service.prepare_test(here, speech=speech_by(Settings()), **here.stamp).id
    return f"Đã gửi duyệt bản tin thử loa {bulletin}."
