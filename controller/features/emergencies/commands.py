"""`loa emergency`: thin commands; docs/operator.md explains every one."""

from typing import Annotated, Any, Literal

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

emergency = typer.Typer(
    help="Khẩn cấp: soạn sẵn, gọi, xác nhận, dừng, báo yên, thử loa.", no_args_is_help=True
)

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt khẩn cấp, xem «loa emergency list».")]
Areas = Annotated[list[str], typer.Option("--area", help="Mã địa bàn; có thể ghi nhiều lần.")]
PreparedId = Annotated[str, typer.Option(help="Mã bản soạn sẵn, xem «loa emergency templates».")]
Station = Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đọc nhật ký.")]
Kinds = Annotated[Literal["alarm", "all_clear", "test"], typer.Option(help="Bản tin ấy để làm gì.")]
Minutes = Annotated[int, typer.Option(min=1, max=1440, help="Lặp lại bao nhiêu phút nếu không ai dừng.")]
One = Annotated[str | None, typer.Argument(metavar="[LƯỢT]", help="Mã lượt; bỏ trống thì dùng --area.")]
Who = Annotated[
    Literal["author", "approver"], typer.Option(help="Ai làm: LOA_AUTHOR hay LOA_APPROVER, như «loa air».")
]


@emergency.command("templates")
@told
def show_templates(
    area: Annotated[list[str] | None, typer.Option(help="Mã địa bàn; mặc định địa bàn của mình.")] = None,
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Các bản soạn sẵn, bao nhiêu cụm loa đang giữ, và các mẫu có sẵn."""
    from controller.features.emergencies.remote import prepared_line, templates

    found = templates(station, who, area or [])
    if as_json:
        print_json(found)
        return
    for one in found["prepared"]:
        typer.echo(prepared_line(one))
    for one in found["templates"]:
        typer.echo(f"mẫu {one['key']}: {one['title']}")


@emergency.command("prepare")
@told
def prepare(
    area: Annotated[str, typer.Option(help="Mã địa bàn mà loa ở đó sẽ giữ bản này.")],
    template: Annotated[str | None, typer.Option(help="Mẫu có sẵn, như flood.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Mã một bản tin đã có.")] = None,
    kind: Kinds = "alarm",
    who: Who = "author",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Soạn sẵn một bản khẩn cấp; được duyệt rồi thì mọi cụm loa trong địa bàn tải về và giữ."""
    from controller.features.emergencies.remote import call, prepared_line

    asked = {"area": area, "template": template, "bulletin": bulletin}
    asked |= {"kind": kind} if bulletin is not None else {}
    made = call(station, who, "POST", "/templates", asked)
    _tell(made, prepared_line, as_json=as_json)


@emergency.command("release")
@told
def release(
    prepared: Annotated[str, typer.Argument(metavar="BẢN", help="Mã bản soạn sẵn.")],
    who: Who = "author",
    station: Station = None,
) -> None:
    """Thôi giữ một bản soạn sẵn ở loa."""
    from controller.features.emergencies.remote import call

    call(station, who, "POST", f"/templates/{prepared}/release", {})
    typer.echo(f"Loa thôi giữ {prepared}.")


@emergency.command("start")
@told
def start(
    area: Areas,
    prepared: Annotated[str | None, typer.Option(help="Mã bản soạn sẵn.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Hoặc mã một bản tin đã duyệt.")] = None,
    minutes: Minutes = 60,
    volume: Annotated[int, typer.Option(min=0, max=100, help="Âm lượng; quy định vẫn chặn.")] = 100,
    alone: Annotated[
        str | None, typer.Option(help="Phát ngay, một mình, vì lý do này; nhật ký ghi rõ.")
    ] = None,
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Gọi khẩn cấp: chờ người thứ hai xác nhận, hoặc phát ngay với --alone."""
    from controller.features.emergencies.remote import call, emergency_line

    asked: dict[str, Any] = {"areas": area, "prepared": prepared, "bulletin": bulletin}
    asked |= {"minutes": minutes, "volume": volume, "alone_because": alone}
    _tell(call(station, who, "POST", "", asked), emergency_line, as_json=as_json)


@emergency.command("confirm")
@told
def confirm(
    emergency_id: Id,
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Người thứ hai xác nhận: loa kêu ngay."""
    _act(station, who, f"/{emergency_id}/confirm", {}, as_json=as_json)


@emergency.command("decline")
@told
def decline(
    emergency_id: Id,
    reason: Reason = "",
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Từ chối một lượt đang chờ xác nhận."""
    _act(station, who, f"/{emergency_id}/decline", {"reason": reason}, as_json=as_json)


@emergency.command("stop")
@told
def stop(
    emergency_id: One = None,
    area: Annotated[list[str] | None, typer.Option(help="Dừng mọi thứ khẩn cấp ở nơi này.")] = None,
    reason: Reason = "",
    who: Who = "author",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Dừng ngay: một lượt ở mọi nơi, hoặc mọi lượt ở một nơi."""
    from controller.errors import BadInput
    from controller.features.emergencies.remote import call, emergency_line

    if (emergency_id is None) == (not area):
        raise BadInput("Hãy cho biết mã lượt, hoặc địa bàn bằng --area.", code="emergency.which")
    if emergency_id is not None:
        _act(station, who, f"/{emergency_id}/stop", {"reason": reason}, as_json=as_json)
        return
    ended = call(station, who, "POST", "/stop", {"areas": area, "reason": reason})
    if as_json:
        print_json(ended)
        return
    for one in ended:
        typer.echo(emergency_line(one))


@emergency.command("all-clear")
@told
def all_clear(
    emergency_id: Id,
    prepared: PreparedId,
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Báo yên: dừng lượt khẩn cấp và đọc bản báo yên."""
    _act(station, who, f"/{emergency_id}/all-clear", {"prepared": prepared}, as_json=as_json)


@emergency.command("test")
@told
def try_out(
    area: Areas,
    prepared: PreparedId,
    volume: Annotated[int, typer.Option(min=0, max=100, help="Âm lượng.")] = 70,
    who: Who = "author",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Thử loa bằng bản phát thử: một lần, không bao giờ trong giờ yên lặng."""
    asked = {"areas": area, "prepared": prepared, "volume": volume}
    _act(station, who, "/test", asked, as_json=as_json)


@emergency.command("list")
@told
def index(
    lately: Annotated[bool, typer.Option("--lately", help="Cả những lượt trong một ngày qua.")] = False,
    who: Who = "approver",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Những lượt đang chờ xác nhận hoặc đang phát."""
    from controller.features.emergencies.remote import call, emergency_line

    found = call(station, who, "GET", "?lately=true" if lately else "")
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(emergency_line(one))


def _act(station: str | None, who: Any, path: str, asked: dict[str, Any], *, as_json: bool) -> None:
    from controller.features.emergencies.remote import call, emergency_line

    _tell(call(station, who, "POST", path, asked), emergency_line, as_json=as_json)


def _tell(one: dict[str, Any], line: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(one)
    else:
        typer.echo(line(one))
