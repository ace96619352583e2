"""`loa voice`: voices that an operator adds to this machine; docs/operator.md explains every command."""

from dataclasses import asdict
from typing import Annotated

import typer

from controller.features.voices.service import add_voice, added_voices, remove_voice
from controller.terminal.commands import Commands, Printed

voice = Commands()
_SHORT = 12  # digits of a digest that are enough to compare by eye


@voice.command("add")
def add(
    source: Annotated[str, typer.Argument(metavar="TỆP_HOẶC_ĐỊA_CHỈ", help="Tệp .onnx, hoặc địa chỉ https.")],
    config: Annotated[
        str | None, typer.Option(help="Tệp hoặc địa chỉ của thiết lập; mặc định là SOURCE.json.")
    ] = None,
    sha256: Annotated[str | None, typer.Option(help="Mã SHA-256 mà tệp .onnx phải có.")] = None,
    name: Annotated[str | None, typer.Option(help="Tên của giọng; mặc định theo tên tệp.")] = None,
) -> Printed:
    """Thêm một giọng kiểu Piper (.onnx) và cho đọc thử một câu."""
    record = add_voice(source, config, sha256, name)
    lines = [
        f"Đã thêm giọng «{record.name}»: {record.title}.",
        f"SHA-256: {record.sha256}",
        f"Dùng thử: loa speak --engine piper --voice {record.name} --text … --out thu.mp3",
    ]
    return Printed(asdict(record), lines)


@voice.command("list")
def index() -> Printed:
    """Liệt kê các giọng đã thêm."""
    voices = added_voices()
    return Printed(
        {"voices": voices},
        (f"{one['name']}\t{one['title']}\t{one['sha256'][:_SHORT]}…\t{one['source']}" for one in voices),
        "Chưa có giọng nào được thêm.",
    )


@voice.command("remove")
def remove(name: Annotated[str, typer.Argument(help="Tên của giọng.")]) -> str:
    """Xóa một giọng đã thêm; các tệp âm thanh đã tạo vẫn còn."""
    remove_voice(name)
    return f"Đã xóa giọng «{name}»."
