"""`loa speech`: voices, and how an area's bulletins are spoken; docs/commands.md explains every command."""

from typing import Annotated, Literal
from urllib.parse import quote

import typer

from controller.features.speech.queries import voice_key, voice_of_key
from controller.features.speech.schemas import AreaSpeechShown, VoiceOffered
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running

speech = Commands()

Area = Annotated[str, typer.Argument(metavar="MÃ", help="Mã địa bàn.")]


@speech.command("voices")
def voices(here: Running) -> Printed:
    """Liệt kê các giọng chọn được cho bản tin."""
    found = here.ask(list[VoiceOffered], "GET", "/speech/voices")
    return Printed(found, (f"{voice_key(one.engine, one.voice)}\t{one.title}" for one in found))


@speech.command("list")
def index(here: Running) -> Printed:
    """Liệt kê giọng, tốc độ, lối đọc riêng của các địa bàn."""
    found = here.ask(list[AreaSpeechShown], "GET", "/speech/areas")
    return Printed(found, map(_line, found), "Chưa địa bàn nào đặt giọng đọc riêng.")


@speech.command("set")
def set_speech(
    here: Running,
    area: Area,
    voice: Annotated[str, typer.Option(help="Giọng, như «loa:jm_kumo» trong «loa speech voices».")] = "",
    pace: Annotated[Literal["slow", "usual", "fast"] | None, typer.Option(help="Tốc độ đọc.")] = None,
    register: Annotated[
        Literal["radio", "literal"] | None, typer.Option(help="Gọn như phát thanh viên, hay đủ từng chữ.")
    ] = None,
    rests: Annotated[
        Literal["usual", "wide"] | None,
        typer.Option(help="Quãng nghỉ giữa các câu: nghỉ dài để tiếng vang tắt trước."),
    ] = None,
) -> Printed:
    """Đặt cách đọc bản tin của một địa bàn từ nay; bản đã thu vẫn như cũ."""
    engine, name = voice_of_key(voice)
    asked = {"area": area, "engine": engine, "voice": name, "pace": pace, "reading_register": register}
    asked["rests"] = rests
    found = here.ask(AreaSpeechShown, "POST", "/speech/areas", asked)
    return Printed(found, [_line(found)])


@speech.command("remove")
def remove(here: Running, area: Area) -> str:
    """Thôi đặt riêng: bản tin của địa bàn lại đọc như cấp trên."""
    here.call("DELETE", f"/speech/areas/{quote(area, safe='')}")
    return f"Địa bàn {area} đọc như cấp trên."


def _line(found: AreaSpeechShown) -> str:
    own = (voice_key(found.engine, found.voice), found.pace, found.reading_register, found.rests)
    return f"{found.area}\t" + "\t".join(one or "-" for one in own)
