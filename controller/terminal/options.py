"""Options and arguments that several commands share."""

from typing import Annotated

import typer

AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="Mã cụm loa.")]
AtStation = Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đọc nhật ký.")]
