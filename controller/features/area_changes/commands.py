"""`loa area`: thin commands over controller/features/area_changes/local.py."""

from typing import Annotated

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

area = typer.Typer(
    help="Địa bàn: danh sách, thêm, đổi tên, chuyển, sáp nhập, chia, đóng.", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã địa bàn.")]
NewCode = Annotated[str, typer.Option("--code", help="Mã của địa bàn mới.")]
Name = Annotated[str, typer.Option(help="Tên gọi đầy đủ, như «Xã Vạn Ninh».")]
Kind = Annotated[str, typer.Option(help="Loại: Xã, Phường, Đặc khu, Thôn…")]
To = Annotated[str, typer.Option(help="Mã địa bàn nhận.")]
AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]


@area.command("list")
@told
def list_areas(
    under: Annotated[str | None, typer.Option(help="Chỉ các địa bàn ngay dưới địa bàn này.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Các địa bàn hiện có."""
    from controller.features.area_changes.local import areas_here

    found = areas_here(under)
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['code']}\t{one['parent'] or '-'}\t{one['kind']}\t{one['name']}")


@area.command("history")
@told
def show_history(code: Code, *, as_json: AsJson = False) -> None:
    """Một địa bàn hiện nay, và trước mỗi lần thay đổi."""
    from controller.features.area_changes.local import history_here

    found = history_here(code)
    if as_json:
        print_json(found)
        return
    ended = f", không còn từ {found['ended_at'][:10]}" if found["ended_at"] else ""
    typer.echo(f"nay\t{found['kind']}\t{found['name']}\tthuộc {found['parent'] or '-'}{ended}")
    for span in found["history"]:
        since = (span["valid_from"] or "")[:10] or "trước đây"
        parent = span["parent"] or "-"
        typer.echo(f"{since} – {span['valid_to'][:10]}\t{span['kind']}\t{span['name']}\tthuộc {parent}")


@area.command("add")
@told
def add_area(
    code: Code,
    name: Name,
    kind: Kind,
    under: Annotated[str, typer.Option(help="Mã địa bàn cấp trên.")],
    by: AsPerson,
) -> None:
    """Thêm một địa bàn: xã, phường của tỉnh; thôn, tổ dân phố của xã."""
    from controller.features.area_changes.local import add_here

    add_here(code, name, kind, under, by=by)
    typer.echo(f"Đã thêm địa bàn {code}.")


@area.command("rename")
@told
def rename_area(
    code: Code,
    by: AsPerson,
    name: Annotated[str | None, typer.Option(help="Tên mới.")] = None,
    kind: Annotated[str | None, typer.Option(help="Loại mới.")] = None,
) -> None:
    """Đổi tên hoặc loại của một địa bàn; tên cũ còn trong lịch sử."""
    from controller.features.area_changes.local import rename_here

    rename_here(code, name, kind, by=by)
    typer.echo(f"Đã đổi tên địa bàn {code}.")


@area.command("move")
@told
def move_area(code: Code, to: To, by: AsPerson) -> None:
    """Chuyển một địa bàn, cùng mọi thứ bên dưới, về một địa bàn khác."""
    from controller.features.area_changes.local import reparent_here

    typer.echo(f"Đã chuyển; {reparent_here(code, to, by=by)} cụm loa được báo.")


@area.command("merge")
@told
def merge_areas(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Các địa bàn được nhập.")],
    code: NewCode,
    name: Name,
    kind: Kind,
    by: AsPerson,
) -> None:
    """Nhập nhiều địa bàn thành một; các địa bàn cũ nằm dưới địa bàn mới, lịch sử giữ nguyên."""
    from controller.features.area_changes.changes import NewArea
    from controller.features.area_changes.local import merge_here
    from devices.ids import AreaCode

    told_nodes = merge_here(codes, NewArea(AreaCode(code), name, kind), by=by)
    typer.echo(f"Đã nhập {len(codes)} địa bàn vào {code}; {told_nodes} cụm loa được báo.")


@area.command("split")
@told
def split_area(
    from_code: Code,
    nodes: Annotated[list[str], typer.Argument(metavar="NODE...", help="Các cụm loa chuyển sang.")],
    code: NewCode,
    name: Name,
    kind: Kind,
    by: AsPerson,
) -> None:
    """Tách một phần của địa bàn, với các cụm loa được nêu, thành địa bàn mới."""
    from controller.features.area_changes.changes import NewArea
    from controller.features.area_changes.local import split_here
    from devices.ids import AreaCode

    moved = split_here(from_code, NewArea(AreaCode(code), name, kind), nodes, by=by)
    typer.echo(f"Đã tách {code} từ {from_code} với {moved} cụm loa.")


@area.command("close")
@told
def close_area(code: Code, to: To, by: AsPerson) -> None:
    """Đóng một địa bàn không còn gì đặt phát: cụm loa sang địa bàn khác, kế hoạch và quy định được gỡ."""
    from controller.features.area_changes.local import close_here

    left = close_here(code, to, by=by)
    typer.echo(f"Đã đóng địa bàn {code}; cụm loa của nó thuộc {to}.")
    if left:
        typer.echo(f"Tài khoản còn gắn với địa bàn này: {', '.join(left)}.")


@area.command("sign-places")
@told
def sign_places(code: Code, by: AsPerson) -> None:
    """Ký lại nơi đặt của mọi cụm loa trong địa bàn: khi khóa đã ký bị lộ hoặc sắp hết hạn."""
    from controller.features.area_changes.local import sign_places_here

    typer.echo(f"Đã ký nơi đặt của {sign_places_here(code, by=by)} cụm loa.")
