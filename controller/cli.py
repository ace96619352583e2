"""`loa`: thin commands; each calls one thing. docs/commands.md explains every one."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from controller.errors import BadInput
from controller.features.airings import commands as airing_commands
from controller.features.backups import commands as backup_commands
from controller.features.doctor import commands as doctor_commands
from controller.features.guide import commands as guide_commands
from controller.features.imports import commands as text_commands
from controller.features.reports import commands as report_commands
from controller.features.search import commands as search_commands
from controller.terminal.commands import AsJson, Commands, print_json
from controller.terminal.lazy_groups import lazy_group
from controller.terminal.usage import run_program
from controller.trial.conform import commands as conform_commands

app = Commands(
    help="Loa: điều khiển loa truyền thanh cơ sở của tỉnh.", no_args_is_help=True, add_completion=False
)
_GROUPS = {
    "journal": ("Nhật ký: xuất và kiểm tra.", "doctor:journal"),
    "archive": ("Lưu trữ từng năm: lập tệp, kiểm tra, lấy bằng chứng.", "archives:archive"),
    "policy": ("Quy định: giờ yên lặng, âm lượng, số phút một ngày.", "plans:policy"),
    "keys": ("Bộ khóa mà loa tin.", "keys:keys controller.features.keys.root_command:roots"),
    "node": (
        "Cụm loa: danh sách, gắn, thay, cách ly, bớt.",
        (
            "fleet:node enrolment:node quarantine:node area_changes:node speaker_tests:node work_orders:node "
            "node_lists:node"
        ),
    ),
    "area": (
        "Địa bàn: danh sách, thêm, đổi tên, chuyển, sáp nhập, chia, đóng.",
        "area_changes:area relocation:area",
    ),
    "airing": ("Lượt phát: dừng, dời giờ, lập và kiểm tra bằng chứng.", "airings:airing evidence:airing"),
    "map": ("Bản đồ: ranh giới các xã, vị trí cụm loa.", "maps:province_map"),
    "lexicon": ("Từ riêng của tỉnh: thêm, liệt kê, xóa, thử.", "lexicon:lexicon"),
    "voice": ("Giọng đọc thêm: thêm, liệt kê, xóa.", "voices:voice"),
    "speech": ("Cách đọc bản tin: các giọng, cách đọc riêng của địa bàn.", "speech:speech"),
    "turns": ("Phát theo lượt: địa bàn có loa gần nhau đọc lần lượt.", "turns:turns"),
    "drill": ("Diễn tập: đặt, xem kết quả từng xã, diễn tập lại, công bố.", "drills:drill"),
    "listen-test": ("Nghe thử giọng đọc: tạo, xem kết quả.", "listening_tests:listen_test"),
    "operator": ("Tài khoản của người vận hành, trên máy chủ.", "accounts:operator keys:operator"),
    "token": ("Mã truy cập cho chương trình, trên máy chủ.", "accounts:token"),
    "schedule": ("Lịch phát: đặt, xem, kết thúc, hủy hoặc dời một lần.", "schedules:schedule"),
    "day-off": ("Ngày nghỉ: xem, thêm, bỏ.", "schedules:day_off"),
    "group": ("Nhóm xã, phường: xem, đặt, bỏ.", "area_groups:group"),
    "answer": ("Xã trả lời: đồng ý phát hay không, lượt ưu tiên nào trước.", "consent:answer"),
    "template": ("Mẫu bản tin: danh sách, thêm, xóa.", "templates:template"),
    "recordings": ("Bản ghi: chép giữa thư mục và kho S3.", "backups:recordings"),
    "chime": ("Nhạc hiệu riêng: danh sách, đặt, thôi dùng.", "chimes:chime"),
    "bulletin": ("Bản tin: dựng lại âm thanh bị lỗi.", "bulletins:bulletin"),
    "topic": ("Chủ đề bản tin: danh sách, thêm, đổi tên, thôi dùng, dùng lại.", "bulletins:topic"),
    "proposal": ("Chờ hai quản trị ký: xem, ký tiếp, bỏ.", "confirmations:proposal"),
    "notice": ("Thông báo: máy, địa chỉ nhận của mỗi người, webhook.", "notice_ways:notice"),
    "home": ("Nơi kết nối: loa tìm đài ở trạm nào; chuyển cả tỉnh, xem ai đã chuyển.", "homes:home"),
    "broker": ("Trạm trung chuyển MQTT: viết cấu hình cho một trạm hoặc nhiều trạm.", "brokers:broker"),
    "emergency": ("Khẩn cấp: soạn sẵn, gọi, xác nhận, dừng, báo yên, thử loa.", "emergencies:emergency"),
    "hub": (
        "Trung tâm: văn bản của Bộ đưa xuống, số liệu gửi lên; và chính trung tâm.",
        "hub:hub controller.parts.hub_commands:hub",
    ),
    "pair": ("Hai máy thay nhau: đưa khóa và thiết lập sang máy thứ hai.", "controller.parts.commands:pair"),
    "bench": ("Đo đài trên dữ liệu dùng một lần.", "controller.trial.bench_commands:bench"),
}
"""Groups by name: what their help says, and where their commands are: `feature:name`, or `module:name`."""
for group, (text, sources) in _GROUPS.items():
    app.add_typer(lazy_group(text, *sources.split()), name=group)
airing_commands.add_to(app)
report_commands.add_to(app)
text_commands.add_to(app)
search_commands.add_to(app)
guide_commands.add_to(app)

TextFile = Annotated[Path | None, typer.Option(help="Tệp văn bản UTF-8; «-» là đầu vào chuẩn.")]
BrokerOption = Annotated[
    Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT khởi động kèm.")
]


@app.command()
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
def station(
    pages: Annotated[bool, typer.Option(help="Mở trang ở đây trong lúc giữ quyền phát.")] = False,
) -> None:
    """Đài trên nhiều máy: một máy giữ quyền phát, máy khác chờ và thay khi máy kia hỏng."""
    from controller.parts.station import run

    run(serve_pages=pages)


@app.command()
def web() -> None:
    """Riêng các trang và JSON, bao nhiêu tiến trình cũng được; đài chạy bằng «loa station»."""
    from controller.parts.web import run

    run()


@app.command("speech-worker")
def speech_worker() -> None:
    """Máy đọc: đọc bản tin thay cho đài, bao nhiêu máy cũng được; cần PostgreSQL và kho âm thanh chung."""
    from controller.parts.speech_worker import run

    run()


@app.command()
def migrate() -> Iterable[str]:
    """Chuẩn bị cơ sở dữ liệu cho bản này trong lúc bản trước còn phát (PostgreSQL)."""
    from controller.parts.migrate import migrate

    return migrate()


@app.command()
def practice(
    port: Annotated[int, typer.Option(help="Cổng của trang; 0 lấy một cổng trống.")] = 8057,
    host: Annotated[str, typer.Option(help="Địa chỉ của trang; 0.0.0.0 cho cả phòng học vào.")] = "127.0.0.1",
    home: Annotated[
        Path | None, typer.Option(help="Thư mục riêng; bỏ trống: practice trong LOA_HOME.")
    ] = None,
    learners: Annotated[
        int,
        typer.Option("--class", min=0, max=20, help="Mở tài khoản cho bấy nhiêu học viên, mỗi người một xã."),
    ] = 0,
) -> None:
    """Tập dượt: một đài riêng với loa mô phỏng, không tới được loa thật; Ctrl-C để dừng."""
    from controller.trial.practice import PracticeOptions, run

    run(PracticeOptions(host, port, home, learners))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Phát một lần rồi tự kết thúc.")] = False,
    as_json: AsJson = False,
    nodes: Annotated[int, typer.Option(min=1, max=10_000, help="Số cụm loa mô phỏng.")] = 130,
    text_file: TextFile = None,
    record: Annotated[Path | None, typer.Option(help="Ghi âm mỗi cụm loa thứ mười vào thư mục này.")] = None,
    broker: Annotated[
        Literal["auto", "embedded", "mosquitto", "tree"],
        typer.Option(help="Trạm trung chuyển MQTT khởi động kèm; tree: một trạm gốc, hai trạm nhánh."),
    ] = "auto",
    database: Annotated[
        Literal["sqlite", "postgresql"], typer.Option(help="Cơ sở dữ liệu dùng một lần.")
    ] = "sqlite",
    fail: Annotated[str, typer.Option(help="Lỗi mô phỏng, như offline=5%,loss=2%,reboot=3%.")] = "",
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
        database=database,
        fail=fail,
        speed=speed,
        engine=engine,
    )
    raise typer.Exit(run(trial))


@app.command()
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
def read(
    as_json: AsJson = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="In bảng: viết, đọc, quy tắc, chắc hay không.")
    ] = False,
    region: Annotated[
        Literal["north", "central", "south"] | None,
        typer.Option(help="Cách đọc số theo miền; mặc định theo LOA_REGION."),
    ] = None,
    register: Annotated[
        Literal["literal", "radio"] | None,
        typer.Option(
            help="radio: như phát thanh viên; literal: đủ từng chữ; mặc định theo LOA_READING_REGISTER."
        ),
    ] = None,
) -> None:
    """Đọc hiểu: văn bản viết từ đầu vào chuẩn thành lời đọc, mỗi dòng một dòng."""
    from controller.features.imports.bulletin_files import written_in
    from controller.features.reading import text as reading_text

    if as_json and explain:
        raise BadInput("Hãy chọn một trong hai: --json hoặc --explain.", code="read.which")
    written = written_in(Path("-"))
    how = reading_text.own_manner(region, register)
    if as_json:
        sys.stdout.write(reading_text.as_json(written, *how) + "\n")
        return
    for line in (reading_text.explained if explain else reading_text.spoken_lines)(written, *how):
        sys.stdout.write(line + "\n")


doctor_commands.add_to(app)
backup_commands.add_to(app)
conform_commands.add_to(app)


def main() -> None:
    """Entry point of the `loa` program."""
    sys.exit(run_program(app))
