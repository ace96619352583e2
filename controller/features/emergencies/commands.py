"""`loa emergency`: thin commands; docs/operator.md explains every one."""

from typing import Annotated, Any, Literal, TypeVar

import typer

from controller.client.credentials import CommandUser, fresh_code
from controller.client.http_client import signed_in
from controller.errors import BadInput
from controller.features.emergencies.schemas import EmergencyShown, PreparedShown, TemplatesShown
from controller.model.emergency_states import KINDS_IN_WORDS, STANDING_IN_WORDS
from controller.terminal.commands import AsJson, Commands, print_found, print_json
from controller.terminal.options import AtStation, Reason

V = TypeVar("V")

emergency = Commands()

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt khẩn cấp, xem «loa emergency list».")]
Areas = Annotated[list[str], typer.Option("--area", help="Mã địa bàn; có thể ghi nhiều lần.")]
PreparedId = Annotated[str, typer.Option(help="Mã bản soạn sẵn, xem «loa emergency templates».")]
Kinds = Annotated[Literal["alarm", "all_clear", "test"], typer.Option(help="Bản tin ấy để làm gì.")]
Minutes = Annotated[int, typer.Option(min=1, max=1440, help="Lặp lại bao nhiêu phút nếu không ai dừng.")]
One = Annotated[str | None, typer.Argument(metavar="[LƯỢT]", help="Mã lượt; bỏ trống thì dùng --area.")]
Who = Annotated[
    Literal["author", "approver"], typer.Option(help="Ai làm: LOA_AUTHOR hay LOA_APPROVER, như «loa air».")
]


@emergency.command("templates")
def show_templates(
    area: Annotated[list[str] | None, typer.Option(help="Mã địa bàn; mặc định địa bàn của mình.")] = None,
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Các bản soạn sẵn, bao nhiêu cụm loa đang giữ, và các mẫu có sẵn."""
    query = "?" + "&".join(f"area={one}" for one in area) if area else ""
    found = _call(TemplatesShown, station, who, "GET", f"/templates{query}")
    if as_json:
        print_json(found)
        return
    for one in found.prepared:
        typer.echo(_prepared_line(one))
    for text in found.templates:
        typer.echo(f"mẫu {text.key}: {text.title}")


@emergency.command("prepare")
def prepare(
    area: Annotated[str, typer.Option(help="Mã địa bàn mà loa ở đó sẽ giữ bản này.")],
    template: Annotated[str | None, typer.Option(help="Mẫu có sẵn, như flood.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Mã một bản tin đã có.")] = None,
    kind: Kinds = "alarm",
    who: Who = "author",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Soạn sẵn một bản khẩn cấp; được duyệt rồi thì mọi cụm loa trong địa bàn tải về và giữ."""
    asked = {"area": area, "template": template, "bulletin": bulletin}
    asked |= {"kind": kind} if bulletin is not None else {}
    made = _call(PreparedShown, station, who, "POST", "/templates", asked)
    print_found(made, [_prepared_line(made)], as_json=as_json)


@emergency.command("release")
def release(
    prepared: Annotated[str, typer.Argument(metavar="BẢN", help="Mã bản soạn sẵn.")],
    who: Who = "author",
    station: AtStation = None,
) -> None:
    """Thôi giữ một bản soạn sẵn ở loa."""
    _call(type(None), station, who, "POST", f"/templates/{prepared}/release", {})
    typer.echo(f"Loa thôi giữ {prepared}.")


@emergency.command("start")
def start(
    area: Areas,
    prepared: Annotated[str | None, typer.Option(help="Mã bản soạn sẵn.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Hoặc mã một bản tin đã duyệt.")] = None,
    minutes: Minutes = 60,
    volume: Annotated[int, typer.Option(min=20, max=100, help="Âm lượng; quy định vẫn chặn.")] = 100,
    alone: Annotated[
        str | None, typer.Option(help="Phát ngay, một mình, vì lý do này; nhật ký ghi rõ.")
    ] = None,
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Gọi khẩn cấp: chờ người thứ hai xác nhận, hoặc phát ngay với --alone."""
    asked: dict[str, Any] = {"areas": area, "prepared": prepared, "bulletin": bulletin}
    asked |= {"minutes": minutes, "volume": volume, "alone_because": alone}
    _act(station, who, "", asked, as_json=as_json, signs=True)


@emergency.command("confirm")
def confirm(
    emergency_id: Id,
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Người thứ hai xác nhận: loa kêu ngay."""
    _act(station, who, f"/{emergency_id}/confirm", {}, as_json=as_json, signs=True)


@emergency.command("decline")
def decline(
    emergency_id: Id,
    reason: Reason = "",
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Từ chối một lượt đang chờ xác nhận."""
    _act(station, who, f"/{emergency_id}/decline", {"reason": reason}, as_json=as_json)


@emergency.command("stop")
def stop(
    emergency_id: One = None,
    area: Annotated[list[str] | None, typer.Option(help="Dừng mọi thứ khẩn cấp ở nơi này.")] = None,
    reason: Reason = "",
    who: Who = "author",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Dừng ngay: một lượt ở mọi nơi, hoặc mọi lượt ở một nơi."""
    if (emergency_id is None) == (not area):
        raise BadInput("Hãy cho biết mã lượt, hoặc địa bàn bằng --area.", code="emergency.which")
    if emergency_id is not None:
        _act(station, who, f"/{emergency_id}/stop", {"reason": reason}, as_json=as_json)
        return
    ended = _call(list[EmergencyShown], station, who, "POST", "/stop", {"areas": area, "reason": reason})
    print_found(ended, (_emergency_line(one) for one in ended), as_json=as_json)


@emergency.command("all-clear")
def all_clear(
    emergency_id: Id,
    prepared: PreparedId,
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Báo yên: dừng lượt khẩn cấp và đọc bản báo yên."""
    _act(station, who, f"/{emergency_id}/all-clear", {"prepared": prepared}, as_json=as_json, signs=True)


@emergency.command("test")
def try_out(
    area: Areas,
    prepared: PreparedId,
    volume: Annotated[int, typer.Option(min=20, max=100, help="Âm lượng.")] = 70,
    who: Who = "author",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Thử loa bằng bản phát thử: một lần, không bao giờ trong giờ yên lặng."""
    asked = {"areas": area, "prepared": prepared, "volume": volume}
    _act(station, who, "/test", asked, as_json=as_json)


@emergency.command("list")
def index(
    lately: Annotated[bool, typer.Option("--lately", help="Cả những lượt trong một ngày qua.")] = False,
    who: Who = "approver",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Những lượt đang chờ xác nhận hoặc đang phát."""
    found = _call(list[EmergencyShown], station, who, "GET", "?lately=true" if lately else "")
    print_found(found, (_emergency_line(one) for one in found), as_json=as_json)


def _act(
    station: str | None, who: str, path: str, asked: dict[str, Any], *, as_json: bool, signs: bool = False
) -> None:
    found = _call(EmergencyShown, station, who, "POST", path, asked, signs=signs)
    print_found(found, [_emergency_line(found)], as_json=as_json)


def _call(
    view: type[V],
    address: str | None,
    who: str,
    method: str,
    path: str,
    asked: dict[str, Any] | None = None,
    *,
    signs: bool = False,
) -> V:
    """Make one call below /emergencies; what is None is left to the station's defaults.

    Where the station asks for a fresh code of the telephone (the one of the sign-in is used up), the person
    is asked for it and the call made again. `signs`: the call is signed, by the password of the sign-in.
    """
    path, given = f"/emergencies{path}", None
    if asked is not None:
        given = {name: value for name, value in asked.items() if value is not None}
    with signed_in(address, CommandUser(who)) as station:
        if signs and given is not None:
            given["password"] = station.password
        try:
            return station.ask(view, method, path, given)
        except BadInput as error:
            if error.code != "operator.code-needed" or given is None:
                raise
        return station.ask(view, method, path, given | {"code": fresh_code()})


def _prepared_line(one: PreparedShown) -> str:
    """Return one prepared recording as a person reads it."""
    ready = one.readiness
    state = f"giữ {ready.held}/{ready.nodes} cụm loa, kêu ngay được {ready.ready}"
    if not one.is_approved:
        state = "chưa được duyệt, hoặc phê duyệt đã hết hạn"
    return f"{one.id}\t{KINDS_IN_WORDS[one.kind]}\t{one.area}\t{one.title}\t{state}"


def _emergency_line(one: EmergencyShown) -> str:
    """Return one emergency as a person reads it."""
    state = "ĐANG PHÁT" if one.is_running else STANDING_IN_WORDS[one.state]
    alone = f" (một mình: {one.alone_because})" if one.alone_because else ""
    where, kind = ", ".join(one.areas), KINDS_IN_WORDS[one.kind]
    reach = f"kêu ở {one.started}/{one.nodes} cụm loa" if one.airing else ""
    return f"{one.id}\t{kind}\t{state}\t{where}\t{one.title}\t{one.called_by}{alone}\t{reach}"
