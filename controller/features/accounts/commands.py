"""`loa operator`, `loa token`: accounts on the station's own machine; docs/commands.md explains every one.

Those that change who signs (add, disable, reset-password, roles) are in controller/features/keys/commands.py.
"""

from datetime import timedelta
from typing import Annotated

import typer

from controller.client.local_client import acting_or_station, reading
from controller.clocks import utc_now
from controller.features.accounts.administration import enable_operator, move_operator
from controller.features.accounts.first_administrator import make_first_code
from controller.features.accounts.provider_accounts import unlink_provider
from controller.features.accounts.queries import known_operator, names_of_operators, operators
from controller.features.accounts.second_factor import has_second_factor
from controller.features.accounts.second_factor import remove_second_factor as remove_factor
from controller.features.accounts.tokens import create_token, tokens_of
from controller.features.accounts.tokens import revoke_token as revoke
from controller.model.permissions import Act
from controller.terminal.commands import Commands
from devices.ids import AreaCode

operator = Commands()
token = Commands()

Name = Annotated[str, typer.Argument(help="Tên đăng nhập.")]
As = Annotated[str | None, typer.Option("--as", help="Quản trị đứng tên trong nhật ký; bỏ trống: đài.")]


@operator.command("first-code")
def first_code() -> None:
    """Tạo mã bắt đầu (một lần, trong một giờ) để lập quản trị đầu tiên ở trang /bat-dau."""
    with acting_or_station(None) as (session, _):
        code = make_first_code(session, now=utc_now())
    typer.echo(code)


@operator.command("list")
def show() -> None:
    """Liệt kê tài khoản: tên, họ tên, vai trò, địa bàn."""
    with reading() as session:
        for row in operators(session):
            notes = ["đã khóa"] if row.disabled_at is not None else []
            notes += ["có mã xác thực"] if has_second_factor(session, row.id) else []
            typer.echo("\t".join([row.name, row.display_name, ",".join(row.roles), row.area, *notes]))


@operator.command("enable")
def enable(name: Name, as_name: As = None) -> None:
    """Mở lại tài khoản đã khóa."""
    with acting_or_station(as_name) as (session, by):
        enable_operator(session, known_operator(session, name).id, by=by, now=utc_now())
    typer.echo(f"Đã mở lại {name}. Khóa ký cũ không dùng lại được: loa operator reset-password {name}")


@operator.command("move")
def move(name: Name, to: Annotated[str, typer.Option(help="Mã địa bàn mới.")], as_name: As = None) -> None:
    """Chuyển vai trò của một người sang địa bàn khác; người này phải đăng nhập lại."""
    with acting_or_station(as_name) as (session, by):
        move_operator(session, known_operator(session, name).id, AreaCode(to), by=by, now=utc_now())
    typer.echo(f"{name} thuộc địa bàn {to}.")


@operator.command("unlink-provider")
def unlink(name: Name, as_name: As = None) -> None:
    """Bỏ nối tài khoản với tài khoản cơ quan: từ nay không đăng nhập qua đó được nữa."""
    with acting_or_station(as_name) as (session, by):
        unlink_provider(session, known_operator(session, name).id, by=by, now=utc_now())
    typer.echo(f"Đã bỏ nối {name}. Chưa có mật khẩu thì cấp: loa operator reset-password {name}")


@operator.command("remove-second-factor")
def remove_second_factor(name: Name, as_name: As = None) -> None:
    """Gỡ mã xác thực hai bước của người mất điện thoại."""
    with acting_or_station(as_name) as (session, by):
        remove_factor(session, known_operator(session, name).id, by=by, now=utc_now())
    typer.echo(f"Đã gỡ mã xác thực hai bước của {name}; lần đăng nhập sau sẽ gắn lại.")


@token.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="Mã dùng cho chương trình nào.")],
    of: Annotated[str, typer.Option(help="Tên đăng nhập của người mà chương trình thay mặt.")],
    act: Annotated[list[Act], typer.Option(help="Việc được làm; có thể ghi nhiều lần.")],
    area: Annotated[str | None, typer.Option(help="Mã địa bàn; mặc định của người đó.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Hết hạn sau bao nhiêu ngày.")] = 90,
    as_name: As = None,
) -> None:
    """Tạo mã truy cập; mã chỉ in ra lần này."""
    now = utc_now()
    with acting_or_station(as_name) as (session, by):
        person = known_operator(session, of)
        _, made = create_token(
            session,
            name=name,
            acts=act,
            area=AreaCode(area) if area else person.area,
            expires_at=now + timedelta(days=days),
            of=person,
            by=by,
            now=now,
        )
    typer.echo(made)


@token.command("list")
def list_tokens(
    of: Annotated[str | None, typer.Option(help="Chỉ mã của người này.")] = None,
) -> None:
    """Liệt kê mã truy cập."""
    with reading() as session:
        names = names_of_operators(session)
        found = tokens_of(session, None if of is None else known_operator(session, of).id)
    for row in found:
        used = "chưa dùng" if row.last_used_at is None else f"dùng {row.last_used_at:%Y-%m-%d}"
        state = [] if row.revoked_at is None else ["đã thu hồi"]
        until = f"hạn {row.expires_at:%Y-%m-%d}"
        acts = ",".join(row.acts)
        typer.echo("\t".join([row.id, names[row.operator], row.name, acts, row.area, until, used, *state]))


@token.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="Số mà «loa token list» in ra.")],
    as_name: As = None,
) -> None:
    """Thu hồi mã truy cập."""
    with acting_or_station(as_name) as (session, by):
        revoke(session, token_id, by=by, now=utc_now())
    typer.echo("Đã thu hồi.")
