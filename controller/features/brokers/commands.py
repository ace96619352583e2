"""`loa broker`: the files of the province's brokers; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.features.brokers.configuration import wanted_brokers, write_brokers
from controller.host.mosquitto_files import PLUGINS_FOLDER
from controller.terminal.commands import Commands, Printed

broker = Commands()


@broker.command("configure")
def configure(
    folder: Annotated[
        Path, typer.Argument(metavar="THƯ_MỤC", help="Ghi các tệp vào đây; chạy lại thì giữ mật khẩu.")
    ],
    root: Annotated[str, typer.Option(help="Trạm gốc, nơi đài nối vào: máy:cổng.")],
    leaf: Annotated[
        list[str] | None, typer.Option(help="Trạm nhánh: tên=máy:cổng; nhiều lần. Không có: một trạm.")
    ] = None,
    plugins: Annotated[
        Path, typer.Option(help="Thư mục tệp .so của Mosquitto 2.1 trở lên.")
    ] = PLUGINS_FOLDER,
) -> Printed:
    """Viết cấu hình, luật, mật khẩu cho trạm trung chuyển: một trạm, hoặc trạm gốc với các trạm nhánh."""
    wanted = wanted_brokers(root, leaf or [], plugins)
    files = [str(file) for file in write_brokers(folder, wanted)]
    return Printed({"files": files}, [*files, "Có mật khẩu trong đó: chép bằng đường an toàn, rồi cất đi."])
