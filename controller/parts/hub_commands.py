"""`loa hub serve`: the hub itself; docs/commands.md explains the command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.commands import Commands

hub = Commands()


@hub.command()
def serve(
    folder: Annotated[Path, typer.Option("--folder", help="Thư mục của trung tâm.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng; 0 lấy một cổng trống.")] = 8060,
    host: Annotated[str, typer.Option(help="Địa chỉ; để máy chủ TLS đứng trước.")] = "127.0.0.1",
) -> None:
    """Ở trung tâm: phục vụ thư mục, nhận số liệu của các tỉnh, một trang xem chung; Ctrl-C để dừng."""
    from controller.parts.hub import run

    run(folder, host, port)
