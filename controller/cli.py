"""`loa`: thin commands; each calls one thing. docs/operator.md explains every one."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from controller.errors import BadInput
from controller.features.accounts.commands import operator as operators
from controller.features.accounts.commands import token as tokens
from controller.features.airings import commands as airing_commands
from controller.features.area_changes.commands import area as areas
from controller.features.backups import commands as backup_commands
from controller.features.bulletins.commands import topic as topics
from controller.features.chimes.commands import chime
from controller.features.consent.commands import answer as answers
from controller.features.doctor import commands as doctor_commands
from controller.features.doctor.commands import journal
from controller.features.emergencies.commands import emergency
from controller.features.enrolment.commands import node as nodes_enrolled
from controller.features.fleet.commands import node as nodes
from controller.features.imports import commands as text_commands
from controller.features.keys.commands import keys
from controller.features.keys.commands import operator as operators_who_sign
from controller.features.lexicon.commands import lexicon
from controller.features.maps.commands import province_map
from controller.features.plans.commands import policy
from controller.features.quarantine.commands import node as nodes_limited
from controller.features.relocation.commands import area as areas_signed
from controller.features.relocation.commands import node as nodes_moved
from controller.features.reports import commands as report_commands
from controller.features.schedules.commands import day_off
from controller.features.schedules.commands import schedule as schedules
from controller.features.speaker_tests.commands import node as nodes_tested
from controller.features.templates.commands import template
from controller.features.voices.commands import voice as voices
from controller.terminal.cli_errors import AsJson, errors_in_words, print_json
from controller.terminal.usage import run_program
from controller.trial.bench_commands import bench

app = typer.Typer(
    help="Loa: điều khiển loa truyền thanh cơ sở của tỉnh.", no_args_is_help=True, add_completion=False
)
app.add_typer(journal, name="journal")
airing_commands.add_to(app)
app.add_typer(policy, name="policy")
app.add_typer(keys, name="keys")
report_commands.add_to(app)
for part in (nodes_enrolled, nodes_limited, nodes_moved, nodes_tested):
    nodes.add_typer(part)
app.add_typer(nodes, name="node")
text_commands.add_to(app)
areas.add_typer(areas_signed)
app.add_typer(areas, name="area")
app.add_typer(province_map, name="map")
app.add_typer(lexicon, name="lexicon")
app.add_typer(voices, name="voice")
operators.add_typer(operators_who_sign)
app.add_typer(operators, name="operator")
app.add_typer(tokens, name="token")
app.add_typer(schedules, name="schedule")
app.add_typer(day_off, name="day-off")
app.add_typer(answers, name="answer")
app.add_typer(template, name="template")
app.add_typer(chime, name="chime")
app.add_typer(topics, name="topic")
app.add_typer(emergency, name="emergency")
app.add_typer(bench, name="bench")

TextFile = Annotated[Path | None, typer.Option(help="Tệp văn bản UTF-8; «-» là đầu vào chuẩn.")]
BrokerOption = Annotated[
    Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT khởi động kèm.")
]


@app.command()
@errors_in_words
def up(
    broker: BrokerOption = "auto",
    port: Annotated[int | None, typer.Option(help="Cổng của trang; 0 lấy một cổng trống.")] = None,
    fleet: Annotated[bool, typer.Option(help="Khởi động kèm dàn loa mô phỏng.")] = True,
    opening: Annotated[bool, typer.Option(help="Phát bản tin mẫu sau khi khởi động.")] = True,
) -> None:
    """Khởi động đài: trang, trạm trung chuyển, dàn loa mô phỏng; Ctrl-C để dừng."""
    from controller.trial.up import run

    chosen: dict[str, Any] = {"broker": broker} | ({} if port is None else {"port": port})
    run(chosen, with_fleet=fleet, with_opening=opening)


@app.command()
@errors_in_words
def demo(
    once: Annotated[bool, typer.Option("--once", help="Phát một lần rồi tự kết thúc.")] = False,
    as_json: AsJson = False,
    nodes: Annotated[int, typer.Option(min=1, max=10_000, help="Số cụm loa mô phỏng.")] = 130,
    text_file: TextFile = None,
    record: Annotated[Path | None, typer.Option(help="Ghi âm mỗi cụm loa thứ mười vào thư mục này.")] = None,
    broker: BrokerOption = "auto",
    fail: Annotated[str, typer.Option(help="Lỗi mô phỏng: offline=5%,loss=2%,reboot=3%.")] = "",
    speed: Annotated[float, typer.Option(min=0.1, max=1000, help="Phát nhanh gấp mấy lần.")] = 1.0,
    engine: Annotated[str | None, typer.Option(help="Giọng đọc: loa, gtts, espeak.")] = None,
) -> None:
    """Việc chính từ đầu đến cuối trên dữ liệu dùng một lần."""
    from controller.trial.demo import DemoOptions, run

    trial = DemoOptions(
        once=once,
        as_json=as_json,
        nodes=nodes,
        text_file=text_file,
        record=record,
        broker=broker,
        fail=fail,
        speed=speed,
        engine=engine,
    )
    raise typer.Exit(run(trial))


@app.command()
@errors_in_words
def speak(
    out: Annotated[Path | None, typer.Option(help="Tệp âm thanh: .wav, .mp3 hoặc .opus.")] = None,
    text: Annotated[str | None, typer.Option(help="Văn bản cần đọc.")] = None,
    text_file: TextFile = None,
    engine: Annotated[str | None, typer.Option(help="Bộ đọc: loa, gtts, espeak, piper.")] = None,
    voice: Annotated[str | None, typer.Option(help="Giọng của bộ đọc.")] = None,
    repeat: Annotated[
        int, typer.Option(help="Đọc nội dung mấy lần, 1 đến 3; giữa hai lần nói «Xin nhắc lại».")
    ] = 1,
    issuer: Annotated[str, typer.Option(help="Cơ quan thông báo, đọc trước tiêu đề.")] = "",
    list_voices: Annotated[
        bool, typer.Option("--list-voices", help="Chỉ liệt kê các giọng (của --engine, hoặc tất cả).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đọc một văn bản thành tệp âm thanh, hoặc liệt kê các giọng đọc."""
    from controller.features.reading.speech import speak_to_file

    if list_voices:
        _list_voices(engine, as_json=as_json)
        return
    if out is None:
        raise BadInput("Hãy cho biết tệp âm thanh bằng --out.", code="sound.no_file")
    if (text is None) == (text_file is None):
        raise BadInput("Hãy cho biết đúng một trong hai: --text hoặc --text-file.", code="text.which")
    from controller.features.imports.bulletin_files import written_in

    written = text if text is not None else written_in(text_file or Path("-"))
    figures = speak_to_file(written, out, engine=engine, voice=voice, issuer=issuer, readings=repeat)
    if as_json:
        print_json(figures)


def _list_voices(engine: str | None, *, as_json: bool) -> None:
    from controller.features.voices.service import known_voices

    found = known_voices(engine)
    if as_json:
        print_json({"voices": found})
        return
    for one in found:
        works = "dùng được" if one["works"] else "chưa dùng được"
        note = f" ({one['note']})" if one["note"] else ""
        typer.echo(f"{one['engine']}\t{one['name']}\t{one['title']}\t{works}{note}")
    if not found:
        typer.echo("Bộ đọc này chưa có giọng nào. Hãy thêm giọng bằng «loa voice add».")


@app.command()
@errors_in_words
def read(
    as_json: AsJson = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="In bảng: viết, đọc, quy tắc, chắc hay không.")
    ] = False,
    region: Annotated[
        Literal["north", "central", "south"] | None,
        typer.Option(help="Cách đọc số theo miền; mặc định theo LOA_REGION."),
    ] = None,
) -> None:
    """Đọc hiểu: văn bản viết từ đầu vào chuẩn thành lời đọc, mỗi dòng một dòng."""
    from controller.features.imports.bulletin_files import written_in
    from controller.features.reading import text as reading_text

    if as_json and explain:
        raise BadInput("Hãy chọn một trong hai: --json hoặc --explain.", code="read.which")
    written = written_in(Path("-"))
    whose = region or reading_text.own_region()
    if as_json:
        sys.stdout.write(reading_text.as_json(written, whose) + "\n")
        return
    for line in (reading_text.explained if explain else reading_text.spoken_lines)(written, whose):
        sys.stdout.write(line + "\n")


doctor_commands.add_to(app)
backup_commands.add_to(app)


def main() -> None:
    """Entry point of the `loa` program."""
    sys.exit(run_program(app))
