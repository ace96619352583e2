"""`loa listen-test`: native listeners judge voices by ear; docs/speech.md says how the figures are made."""

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from controller.clocks import utc_now
from controller.features.listening_tests import files
from controller.features.listening_tests.findings_words import lines_of
from controller.features.listening_tests.service import (
    address_of,
    answers_as_csv,
    findings_of,
    folder_of,
    make_test,
)
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed
from controller.terminal.progress import Stages
from tts.files import write_whole

listen_test = Commands()
TestId = Annotated[str, typer.Argument(metavar="MÃ", help="Mã của bài nghe thử.")]
_TITLE = "Nghe thử giọng đọc"
_OWN = ("loa:jf_nezumi", "loa:jm_kumo")


@listen_test.command("make")
def make(
    title: Annotated[str, typer.Option(help="Tên mà người nghe thấy, không nêu giọng nào.")] = _TITLE,
    voice: Annotated[
        list[str] | None, typer.Option(help="Bộ đọc:giọng, như loa:jf_nezumi; dùng 1 đến 4 lần.")
    ] = None,
    days: Annotated[int, typer.Option(help="Số ngày nhận trả lời.", min=1, max=365)] = 30,
) -> Printed:
    """Cho các giọng đọc mọi câu, thẳng và qua loa nén giả lập, để người nghe chấm (mất vài phút)."""
    now = utc_now()
    with Stages() as stages:
        until = now + timedelta(days=days)
        made = make_test(title, voice or _OWN, until, now, partial(stages.show, "speaking"))
    lines = [
        f"Đã tạo bài nghe thử «{made.title}». Gửi cho người nghe trang {address_of(made, Settings().address)}"
    ]
    return Printed(_summary(made), lines)


@listen_test.command("list")
def index() -> Printed:
    """Liệt kê các bài nghe thử."""
    found = files.tests_in(folder_of(Settings()))
    return Printed(
        {"tests": [_summary(one) for one in found]},
        (f"{one.id}\t{one.title}\t{', '.join(one.voices)}\tđến {one.until:%d/%m/%Y}" for one in found),
        "Chưa có bài nghe thử nào. Tạo bằng «loa listen-test make».",
    )


@listen_test.command("report")
def report(test_id: TestId) -> Printed:
    """In kết quả, kèm khoảng tin cậy 95 %."""
    folder = folder_of(Settings())
    test = files.get_test(folder, test_id)
    found = findings_of(folder, test)
    return Printed(_summary(test) | {"findings": asdict(found)}, lines_of(test.voices, found))


@listen_test.command("answers")
def answers(
    test_id: TestId, out: Annotated[Path, typer.Option(help="Tệp CSV sẽ ghi.")] = Path("tra-loi.csv")
) -> str:
    """Ghi mọi câu trả lời thành tệp CSV."""
    folder = folder_of(Settings())
    test = files.get_test(folder, test_id)
    write_whole(out, answers_as_csv(folder, test).encode("utf-8-sig"))
    return f"Đã ghi {len(files.listeners_of(folder, test))} người nghe vào {out}."


@listen_test.command("remove")
def remove(test_id: TestId) -> str:
    """Xóa một bài nghe thử cùng mọi câu trả lời."""
    files.remove(folder_of(Settings()), test_id)
    return "Đã xóa bài nghe thử."


def _summary(test: files.ListeningTest) -> dict[str, object]:
    return test.model_dump(mode="json", exclude={"clips"}) | {"address": address_of(test, Settings().address)}
