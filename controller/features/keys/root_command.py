"""`loa keys new-root`, `protect`, `roots`, `request`, `accept`: roots off the server; docs/commands.md."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from controller.client.credentials import new_root_password, root_password
from controller.client.local_client import local_store, reading
from controller.clocks import utc_now
from controller.errors import BadInput, Conflict
from controller.features.keys.requests import (
    ROOT_SET_LIFE,
    SigningRequest,
    accept_request,
    in_words,
    make_request,
    sign_request,
    successor_of,
)
from controller.features.keys.root_files import is_encrypted, read_root_file, write_root_file
from controller.features.keys.roots import all_roots
from controller.features.plans.key_set_signing import PersonsAsked
from controller.host.home_folder import write_private
from controller.host.station_keys import Secrets
from controller.model.local_time import wall
from controller.settings import Settings
from controller.terminal.commands import Commands
from devices.jose import ROOT, SigningKey
from devices.roots import RootHolder

roots = Commands()

RootFile = Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp khóa gốc.")]
Days = Annotated[
    int | None,
    typer.Option(
        min=1, max=9999, help="Các bộ khóa có hiệu lực bao nhiêu ngày, 120 đến 400; bỏ trống: như lần trước."
    ),
]
RequestFile = Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp yêu cầu ký.")]
_KEPT_BY = "NGƯỜI=KHÓA"


@roots.command("new-root")
def new_root(file: RootFile) -> None:
    """Tạo một khóa gốc mới trong tệp có mật khẩu, trên máy không nối mạng; in nửa công khai của nó."""
    if file.exists():
        raise Conflict(f"«{file}» đã có; không ghi đè khóa nào.", code="keys.root-exists")
    key = SigningKey.generate(ROOT, utc_now(), ROOT_SET_LIFE + timedelta(days=365))
    write_root_file(file, key, new_root_password())
    typer.echo(f"{key.public_x}")


@roots.command("protect")
def protect(file: RootFile) -> None:
    """Đặt mật khẩu cho một tệp khóa gốc đã có."""
    key = read_root_file(file, root_password() if is_encrypted(file) else None)
    write_root_file(file, key, new_root_password())
    typer.echo(f"Tệp «{file}» nay có mật khẩu. Mất mật khẩu thì mất khóa.")


@roots.command("roots")
def show_roots() -> None:
    """Những khóa gốc đang dùng: ai giữ, cần mấy người ký, đến ngày nào."""
    with reading() as session:
        present = all_roots(session, _first_public())[-1]
    until = "không có hạn" if present.expires_at is None else f"đến {wall(present.expires_at)}"
    typer.echo(f"Bộ khóa gốc số {present.version}, cần {present.threshold} người ký, {until}.")
    for one in present.holders.values():
        typer.echo(f"{one.kid}\t{one.holder}\t{one.public}")


@roots.command("request")
def request(
    file: RequestFile,
    holder: Annotated[
        list[str] | None,
        typer.Option(metavar=_KEPT_BY, help="Bộ khóa gốc kế tiếp: người giữ và nửa công khai; nhiều lần."),
    ] = None,
    threshold: Annotated[int, typer.Option(help="Bao nhiêu người phải ký, với --holder.")] = 1,
    administrators: Annotated[
        int | None,
        typer.Option(min=1, max=2, help="Loa đòi mấy quản trị ký; bỏ trống: hai, khi tỉnh có hai."),
    ] = None,
    *,
    authors: Annotated[
        bool | None, typer.Option("--authors/--no-authors", help="Đòi, hoặc thôi đòi, người soạn cùng ký.")
    ] = None,
    days: Days = None,
) -> None:
    """Ghi ra tệp những gì khóa gốc phải ký: bộ khóa đã thay đổi; với --holder, cả bộ khóa gốc kế tiếp."""
    first = _first_public()
    with local_store() as store:
        kept = [_holder(one) for one in holder or ()]
        successor = successor_of(store, first, kept, threshold, now=utc_now()) if kept else None
        persons = PersonsAsked(administrators, authors)
        lasts = None if days is None else timedelta(days=days)
        asked = make_request(store, first, successor, now=utc_now(), persons=persons, lasts=lasts)
    write_private(file, asked.to_text())
    _say(asked)
    typer.echo(f"Đã ghi «{file}». Người giữ khóa ký: loa keys sign {file} --root KHÓA")


@roots.command("accept")
def accept(file: RequestFile) -> None:
    """Nhận lại tệp đã ký; loa được báo ngay."""
    asked = SigningRequest.of_text(_text_of(file))
    with local_store() as store:
        taken = accept_request(store, asked, first_public=_first_public(), now=utc_now())
    typer.echo(f"Đã nhận {len(taken)} văn bản có chữ ký của khóa gốc.")


def sign_file(file: Path, root: Path) -> None:
    """Add the signature of a root key to a request; needs no station."""
    asked = SigningRequest.of_text(_text_of(file))
    _say(asked)
    key = read_root_file(root, root_password() if is_encrypted(root) else None)
    write_private(file, sign_request(asked, key).to_text())
    typer.echo(f"Đã ký bằng khóa {key.kid}. Đưa tệp cho người giữ khóa kế tiếp, hoặc: loa keys accept {file}")


def _say(asked: SigningRequest) -> None:
    for line in in_words(asked):
        typer.echo(line)


def _holder(told: str) -> RootHolder:
    name, _, public = told.partition("=")
    try:
        return RootHolder.of(name, public)
    except ValueError as error:
        raise BadInput(f"«{told}» không đúng dạng {_KEPT_BY}.", code="keys.successor") from error


def _first_public() -> str:
    return Secrets(Settings().home).root_public.read_text("utf-8").strip()


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Không đọc được tệp «{file}».", code="keys.request") from error
