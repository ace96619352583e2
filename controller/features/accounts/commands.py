"""The commands `loa operator …` and `loa token …`: thin, each calls one function of `local.py`."""

from typing import Annotated

import typer

from controller.model.permissions import Act, OperatorRole
from controller.terminal.cli_errors import told

operator = typer.Typer(help="Tài khoản của người vận hành, trên máy chủ.", no_args_is_help=True)
token = typer.Typer(help="Mã truy cập cho chương trình, trên máy chủ.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Tên đăng nhập.")]
As = Annotated[str | None, typer.Option("--as", help="Quản trị đứng tên trong nhật ký; bỏ trống: đài.")]
Roles = Annotated[list[OperatorRole], typer.Argument(help="Các vai trò mới.")]


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line)


@operator.command("first-code")
@told
def first_code() -> None:
    """Tạo mã bắt đầu (một lần, trong một giờ) để lập quản trị đầu tiên ở trang /bat-dau."""
    from controller.features.accounts import local as people

    _say(people.first_code())


@operator.command("add")
@told
def add(
    name: Name,
    role: Annotated[list[OperatorRole], typer.Option(help="Vai trò; có thể ghi nhiều lần.")],
    area: Annotated[str, typer.Option(help="Mã địa bàn.")],
    shown: Annotated[str, typer.Option("--name", help="Họ và tên.")] = "",
    as_name: As = None,
) -> None:
    """Thêm tài khoản; in tên và mật khẩu mới."""
    from controller.features.accounts import local as people

    _say(*people.add(name, shown, role, area, as_name))


@operator.command("list")
@told
def show() -> None:
    """Liệt kê tài khoản: tên, họ tên, vai trò, địa bàn."""
    from controller.features.accounts import local as people

    _say(*people.lines())


@operator.command("disable")
@told
def disable(name: Name, as_name: As = None) -> None:
    """Khóa tài khoản: hết phiên đăng nhập, khóa ký thôi dùng; những gì đã ký vẫn còn giá trị."""
    from controller.features.accounts import local as people

    _say(*people.disable(name, as_name))


@operator.command("enable")
@told
def enable(name: Name, as_name: As = None) -> None:
    """Mở lại tài khoản đã khóa."""
    from controller.features.accounts import local as people

    _say(*people.enable(name, as_name))


@operator.command("reset-password")
@told
def reset_password(name: Name, as_name: As = None) -> None:
    """Đặt mật khẩu mới (được in ra) và tạo khóa ký mới; những gì đã duyệt vẫn còn giá trị."""
    from controller.features.accounts import local as people

    _say(*people.new_password(name, as_name))


@operator.command("roles")
@told
def roles(name: Name, role: Roles, as_name: As = None) -> None:
    """Đổi vai trò."""
    from controller.features.accounts import local as people

    _say(*people.change_roles(name, role, as_name))


@operator.command("remove-second-factor")
@told
def remove_second_factor(name: Name, as_name: As = None) -> None:
    """Gỡ mã xác thực hai bước của người mất điện thoại."""
    from controller.features.accounts import local as people

    _say(*people.remove_factor(name, as_name))


@token.command("add")
@told
def add_token(
    name: Annotated[str, typer.Argument(help="Mã dùng cho chương trình nào.")],
    of: Annotated[str, typer.Option(help="Tên đăng nhập của người mà chương trình thay mặt.")],
    act: Annotated[list[Act], typer.Option(help="Việc được làm; có thể ghi nhiều lần.")],
    area: Annotated[str | None, typer.Option(help="Mã địa bàn; mặc định của người đó.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Hết hạn sau bao nhiêu ngày.")] = 90,
    as_name: As = None,
) -> None:
    """Tạo mã truy cập; mã chỉ in ra lần này."""
    from controller.features.accounts import local as people

    _say(people.add_token(name, of=of, acts=act, area=area, days=days, as_name=as_name))


@token.command("list")
@told
def list_tokens(
    of: Annotated[str | None, typer.Option(help="Chỉ mã của người này.")] = None,
) -> None:
    """Liệt kê mã truy cập."""
    from controller.features.accounts import local as people

    _say(*people.token_lines(of))


@token.command("revoke")
@told
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="Số mà «loa token list» in ra.")],
    as_name: As = None,
) -> None:
    """Thu hồi mã truy cập."""
    from controller.features.accounts import local as people

    _say(*people.end_token(token_id, as_name))
