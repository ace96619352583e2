"""Options and arguments that several commands share."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from controller.errors import BadInput
from controller.model.local_time import ZONE

AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="Mã cụm loa.")]
AtStation = Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đọc nhật ký.")]
Meets = Annotated[
    Literal["refuse", "after", "replace", "accept"],
    typer.Option("--meeting", help="Gặp lượt khác thì: không đặt, phát ngay sau, thay thế, hay vẫn đặt."),
]


def instant(written: str) -> str:
    """Parse an instant that a person typed: local time of Vietnam unless it has an offset."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadInput(
            f"Không hiểu thời điểm «{written}». Hãy viết như 2026-11-27T17:00.", code="time.instant"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).isoformat()
