"""`loa`: thin commands; each calls one thing. docs/operator.md explains every one."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from pydantic import ValidationError

from controller.errors import BadInput, Conflict, LoaError, NotAllowed, NotFound, NotSignedIn
from tts.errors import SpeechError, TextError

FAILED, WRONGLY_CALLED, INTERRUPTED = 1, 2, 130
_CALLERS_FAULT = (BadInput, NotFound, NotAllowed, NotSignedIn, Conflict, TextError)

app = typer.Typer(
    help="Loa: điều khiển loa truyền thanh cơ sở của tỉnh.", no_args_is_help=True, add_completion=False
)
journal = typer.Typer(help="Nhật ký: xuất và kiểm tra.", no_args_is_help=True)
app.add_typer(journal, name="journal")

F = TypeVar("F", bound=Callable[..., Any])
TextFile = Annotated[Path | None, typer.Option(help="Tệp văn bản UTF-8; «-» là đầu vào chuẩn.")]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả thành một đối tượng JSON.")]
BrokerOption = Annotated[
    Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT khởi động kèm.")
]


def told(command: F) -> F:
    """Turn every error that a person may read into its sentence and the right exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (LoaError, SpeechError) as error:
            print(f"{error.sentence} [{error.code}]", file=sys.stderr)  # noqa: T201 - a command speaks
            code = WRONGLY_CALLED if isinstance(error, _CALLERS_FAULT) else FAILED
            raise typer.Exit(code) from None
        except ValidationError as error:
            wrong = "; ".join(f"LOA_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
            print(f"Thiết lập không đúng: {wrong} [settings]", file=sys.stderr)  # noqa: T201
            raise typer.Exit(WRONGLY_CALLED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return wrapped  # type: ignore[return-value]


@app.command()
@told
def up(
    broker: BrokerOption = "auto",
    port: Annotated[int | None, typer.Option(help="Cổng của trang; 0 lấy một cổng trống.")] = None,
    fleet: Annotated[bool, typer.Option(help="Khởi động kèm dàn loa mô phỏng.")] = True,
    opening: Annotated[bool, typer.Option(help="Phát bản tin mẫu sau khi khởi động.")] = True,
) -> None:
    """Khởi động đài: trang, trạm trung chuyển, dàn loa mô phỏng; Ctrl-C để dừng."""
    from controller.up import run

    chosen: dict[str, Any] = {"broker": broker} | ({} if port is None else {"port": port})
    run(chosen, with_fleet=fleet, with_opening=opening)


@app.command()
@told
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
    from controller.trial import Trial, run

    trial = Trial(
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
@told
def speak(
    out: Annotated[Path, typer.Option(help="Tệp âm thanh: .wav, .mp3 hoặc .opus.")],
    text: Annotated[str | None, typer.Option(help="Văn bản cần đọc.")] = None,
    text_file: TextFile = None,
    engine: Annotated[str | None, typer.Option(help="Giọng đọc: loa, gtts, espeak.")] = None,
    voice: Annotated[str | None, typer.Option(help="Giọng của bộ đọc.")] = None,
    as_json: AsJson = False,
) -> None:
    """Đọc một văn bản thành tệp âm thanh."""
    from controller.speaking import speak_to_file

    if (text is None) == (text_file is None):
        raise BadInput("Hãy cho biết đúng một trong hai: --text hoặc --text-file.", code="text.which")
    from controller.texts import written_in

    written = text if text is not None else written_in(text_file or Path("-"))
    figures = speak_to_file(written, out, engine=engine, voice=voice)
    if as_json:
        _print_json(figures)


@app.command()
@told
def read() -> None:
    """Đọc hiểu: văn bản viết từ đầu vào chuẩn thành lời đọc, mỗi dòng một dòng."""
    from controller.texts import written_in
    from tts.reading import read as reading

    written = written_in(Path("-"))
    if not written.strip():
        raise BadInput("Văn bản trống, không có gì để đọc.", code="text.empty")
    for line in written.splitlines():
        sys.stdout.write((reading(line).spoken if line.strip() else "") + "\n")


@app.command()
@told
def air(
    text_file: Annotated[Path, typer.Option(help="Tệp văn bản UTF-8; «-» là đầu vào chuẩn.")],
    area: Annotated[list[str], typer.Option(help="Mã địa bàn; có thể ghi nhiều lần.")],
    start_in: Annotated[str, typer.Option("--in", help="Bao lâu nữa thì phát: 20s, 5m, 2h.")] = "20s",
    follow: Annotated[bool, typer.Option("--follow", help="Theo dõi đến khi phát xong.")] = False,
    station: Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")] = None,
) -> None:
    """Trên đài đang chạy: soạn, duyệt và phát một văn bản, bằng hai người vận hành."""
    from controller.airing_remotely import air_text

    air_text(text_file, area, start_in, follow=follow, address=station)


@app.command()
@told
def doctor() -> None:
    """Kiểm tra những điều không bao giờ được xảy ra trong cơ sở dữ liệu."""
    from controller.checks import wrong_facts

    found = wrong_facts()
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(FAILED)
    typer.echo("Không có gì sai.")


@app.command()
@told
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Thư mục nhận bản sao, nên ở ổ đĩa khác.")],
) -> None:
    """Sao lưu cơ sở dữ liệu của đài (đang chạy hay không) vào một tệp mới ghi ngày giờ."""
    from controller.backup import back_up_here

    for line in back_up_here(folder):
        typer.echo(line)


@journal.command("export")
@told
def export_journal() -> None:
    """In toàn bộ nhật ký, mỗi mục một dòng JSON."""
    from controller.checks import journal_lines

    for line in journal_lines():
        typer.echo(line)


@journal.command("verify")
@told
def verify_journal(
    file: Annotated[Path, typer.Argument(help="Tệp nhật ký đã xuất.")],
    public: Annotated[str, typer.Option(help="Khóa công khai của đài (base64url).")],
) -> None:
    """Kiểm tra nhật ký chỉ bằng tệp và khóa công khai."""
    from controller.checks import verify_file

    typer.echo(verify_file(file, public))


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def main() -> None:
    """Entry point of the `loa` program."""
    app()
