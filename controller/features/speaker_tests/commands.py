"""`loa node test`, `test-result`, `prepare-test`: one node sounds a test; docs/commands.md explains both."""

from typing import Annotated

import typer

from controller.features.speaker_tests import service
from controller.features.speaker_tests.results import note_test_result
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


@node.command("test-result")
def note_test(
    here: Acting,
    name_of_node: NodeName,
    airing: Annotated[str, typer.Argument(metavar="AIRING", help="Mã lượt thử, như «loa node test» đã in.")],
    heard: Annotated[
        bool, typer.Option("--heard/--not-heard", help="Người ở cột nghe rõ, hay không nghe được.")
    ],
    note: Annotated[str, typer.Option(help="Ghi chú.")] = "",
) -> str:
    """Ghi người ở chân cột có nghe được bản thử không; nghe rõ thì việc ở cụm loa ấy xong."""
    note_test_result(here, NodeId(name_of_node), airing, heard=heard, note=note, **here.stamp)
    return "Đã ghi: nghe rõ." if heard else "Đã ghi: không nghe được."


@node.command("prepare-test")
def prepare_test(here: Acting) -> str:
    """Soạn và gửi duyệt bản tin thử loa mẫu; dùng được khi cán bộ duyệt đã duyệt."""
    bulletin = service.prepare_test(here, speech=speech_by(Settings()), **here.stamp).id
    return f"Đã gửi duyệt bản tin thử loa {bulletin}."
