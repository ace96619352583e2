"""`loa voice`: voices that an operator adds to this machine; docs/commands.md explains every command."""

from dataclasses import asdict
from typing import Annotated

import typer

from controller.features.voices.service import add_voice, added_voices, remove_voice
from controller.terminal.commands import Commands, Printed
from tts.engines.voice_trial import VoiceFigures

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
    """Thêm một giọng kiểu Piper (.onnx), cho đọc thử và đo."""
    record, figures = add_voice(source, config, sha256, name)
    lines = [
        f"Đã thêm giọng «{record.name}»: {record.title}.",
        f"SHA-256: {record.sha256}",
        _measured(figures),
        f"Dùng thử: loa speak --engine piper --voice {record.name} --text … --out thu.mp3",
    ]
    return Printed(asdict(record) | {"measured": asdict(figures)}, lines)


def _measured(figures: VoiceFigures) -> str:
    return (
        f"Đo trên một câu: {_decimal(figures.cpu_seconds_per_second)} giây máy cho một giây tiếng; "
        f"{_decimal(figures.syllables_per_second)} âm tiết một giây; "
        f"lặng dài nhất {_decimal(figures.longest_silence_seconds)} giây."
    )


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


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
