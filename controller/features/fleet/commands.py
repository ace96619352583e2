"""`loa node`: thin commands over controller/features/fleet/local.py."""

from datetime import datetime
from typing import Annotated

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

node = typer.Typer(help="Cụm loa: danh sách, gắn, thay, cách ly, bớt.", no_args_is_help=True)

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="Mã cụm loa.")]
Hours = Annotated[float, typer.Option(help="Mã có hạn bao nhiêu giờ, nhiều nhất 168.")]


@node.command("list")
@told
def list_nodes(
    area: Annotated[str | None, typer.Option(help="Chỉ trong địa bàn này.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Các cụm loa đang dùng."""
    from controller.features.fleet.local import nodes_here

    found = nodes_here(area)
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['node']}\t{one['area']}\t{one['status']}\t{one['name']}")


@node.command("enrol")
@told
def enrol_node(
    name_of_node: NodeName,
    area: Area,
    name: Annotated[str, typer.Option(help="Tên gọi, như «Nhà văn hóa thôn 2».")],
    by: AsPerson,
    hours: Hours = 24.0,
    *,
    as_json: AsJson = False,
) -> None:
    """Lấy mã gắn cho một cụm loa mới: dùng một lần, có hạn."""
    from controller.features.fleet.local import code_here

    _tell_code(code_here(name_of_node, area, name, hours, by=by), as_json=as_json)


@node.command("replace")
@told
def replace_node(
    name_of_node: NodeName, by: AsPerson, hours: Hours = 24.0, *, as_json: AsJson = False
) -> None:
    """Lấy mã gắn cho phần cứng mới của một cụm loa đang dùng; phần cứng cũ bị từ chối từ khi mã được dùng."""
    from controller.features.fleet.local import code_here, replacing_here

    area, name = replacing_here(name_of_node)
    _tell_code(code_here(name_of_node, area, name, hours, by=by), as_json=as_json)


@node.command("codes")
@told
def list_codes(*, as_json: AsJson = False) -> None:
    """Các mã gắn còn hạn, chưa ai dùng."""
    from controller.features.fleet.local import codes_here

    found = codes_here()
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['id']}\t{one['node']}\t{one['area']}\t{one['expires_at']}")


@node.command("withdraw-code")
@told
def withdraw_code(
    enrolment: Annotated[str, typer.Argument(metavar="ID", help="Mã số, theo «loa node codes».")],
    by: AsPerson,
) -> None:
    """Hủy một mã gắn chưa dùng."""
    from controller.features.fleet.local import withdraw_here

    withdraw_here(enrolment, by=by)
    typer.echo("Đã hủy mã.")


@node.command("hardware")
@told
def show_hardware(name_of_node: NodeName, *, as_json: AsJson = False) -> None:
    """Các phần cứng đã mang mã này, mới nhất trước."""
    from controller.features.fleet.local import hardware_here

    found = hardware_here(name_of_node)
    if as_json:
        print_json(found)
        return
    for one in found:
        ended = f"đến {one['ended_at']}" if one["ended_at"] else "đang dùng"
        typer.echo(f"{one['number']}\t{one['public']}\ttừ {one['issued_at']}\t{ended}")


@node.command("add")
@told
def add_node(
    name_of_node: NodeName,
    area: Area,
    name: Annotated[str, typer.Option(help="Tên gọi, như «Nhà văn hóa thôn 2».")],
    by: AsPerson,
) -> None:
    """Thêm một cụm loa đã được cấu hình bằng tay, không qua mã gắn."""
    from controller.features.fleet.local import add_here

    add_here(name_of_node, area, name, by=by)
    typer.echo(f"Đã thêm cụm loa {name_of_node}.")


@node.command("retire")
@told
def retire_node(
    nodes: Annotated[list[str], typer.Argument(metavar="NODE...", help="Mã cụm loa.")], by: AsPerson
) -> None:
    """Cho cụm loa thôi dùng; những gì nó đã phát vẫn còn trong sổ."""
    from controller.features.fleet.local import retire_here

    retire_here(nodes, by=by)
    typer.echo(f"Đã bớt {len(nodes)} cụm loa.")


@node.command("quarantine")
@told
def quarantine_node(
    name_of_node: NodeName, by: AsPerson, reason: Annotated[str, typer.Option(help="Lý do.")]
) -> None:
    """Cách ly một cụm loa: không phát gì, không được tin lời, không đăng nhập được."""
    from controller.features.fleet.local import quarantine_here

    quarantine_here(name_of_node, reason, by=by)
    typer.echo(f"Đã cách ly cụm loa {name_of_node}.")


@node.command("release")
@told
def release_node(name_of_node: NodeName, by: AsPerson) -> None:
    """Thôi cách ly một cụm loa."""
    from controller.features.fleet.local import release_here

    release_here(name_of_node, by=by)
    typer.echo(f"Cụm loa {name_of_node} được phát trở lại.")


@node.command("move")
@told
def move_node(
    name_of_node: NodeName, to: Annotated[str, typer.Option(help="Mã địa bàn nhận.")], by: AsPerson
) -> None:
    """Chuyển một cụm loa sang địa bàn khác; những gì nó đã phát vẫn thuộc địa bàn cũ."""
    from controller.features.area_changes.local import move_node_here

    move_node_here(name_of_node, to, by=by)
    typer.echo(f"Cụm loa {name_of_node} thuộc địa bàn {to}.")


@node.command("volume")
@told
def limit_volume(
    name_of_node: NodeName,
    loudest: Annotated[
        int, typer.Argument(metavar="PERCENT", help="Âm lượng lớn nhất, 0–100; 100 là bỏ giới hạn.")
    ],
    by: AsPerson,
) -> None:
    """Giới hạn âm lượng của một cụm loa."""
    from controller.features.fleet.local import volume_here

    volume_here(name_of_node, loudest, by=by)
    typer.echo(f"Cụm loa {name_of_node}: to nhất {loudest}%.")


@node.command("test")
@told
def sound_test(
    name_of_node: NodeName,
    by: AsPerson,
    volume: Annotated[int, typer.Option(help="Âm lượng, 0–100.")] = 60,
) -> None:
    """Cho riêng một cụm loa phát bản tin thử đã duyệt; không làm trong giờ yên lặng."""
    from controller.features.fleet.local import try_here

    airing = try_here(name_of_node, volume, by=by)
    typer.echo(f"Cụm loa {name_of_node} sẽ phát bản tin thử trong ít giây (lượt {airing}).")


@node.command("prepare-test")
@told
def prepare_test(by: AsPerson) -> None:
    """Soạn và gửi duyệt bản tin thử loa mẫu; dùng được khi cán bộ duyệt đã duyệt."""
    from controller.features.fleet.local import prepare_test_here

    typer.echo(f"Đã gửi duyệt bản tin thử loa {prepare_test_here(by=by)}.")


@node.command("faults")
@told
def list_faults(
    area: Annotated[str | None, typer.Option(help="Chỉ trong địa bàn này.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Những gì cần xem: sự kiện, rồi từng cụm loa có trục trặc, vì sao, ai lo."""
    from controller.features.fleet.local import faults_here

    found = faults_here(area)
    if as_json:
        print_json(found)
        return
    for one in found["events"]:
        typer.echo(
            f"{_EVENTS[one['kind']]}\t{one['area']}\ttừ {one['since'][:16]}\t{len(one['nodes'])} cụm loa"
        )
    for one in found["nodes"]:
        for fault in one["faults"]:
            news = "mới" if fault["kind"] in one["unseen"] else "đã xem"
            typer.echo(f"{one['node']}\t{one['area']}\t{news}\t{fault['sentence']}\t{one['assignee'] or '-'}")
    if not found["nodes"]:
        typer.echo("Không có cụm loa nào trục trặc.")


_EVENTS = {"outage": "mất cả địa bàn", "lost": "mất kết nối", "flapping": "chập chờn"}


@node.command("care")
@told
def take_care(
    name_of_node: NodeName,
    by: AsPerson,
    assignee: Annotated[str | None, typer.Option(help="Tên đăng nhập của kỹ thuật viên lo việc này.")] = None,
    note: Annotated[str | None, typer.Option(help="Ghi chú.")] = None,
    seen: Annotated[bool, typer.Option("--seen", help="Các trục trặc hiện có đã được xem.")] = False,
) -> None:
    """Ghi ai lo một cụm loa, ghi chú, và trục trặc nào đã xem."""
    from controller.features.fleet.local import care_here

    care_here(name_of_node, assignee, note, seen=seen, by=by)
    typer.echo("Đã ghi.")


def _tell_code(made: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    import segno

    from controller.model.local_time import wall

    until = wall(datetime.fromisoformat(made["expires_at"]))
    typer.echo(f"Mã gắn cụm loa {made['node']}: {made['code']}   (dùng một lần, đến {until})")
    typer.echo(made["qr"])
    segno.make(made["qr"], error="m").terminal(compact=True)
