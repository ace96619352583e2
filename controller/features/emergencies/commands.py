"""`loa emergency`: thin commands; docs/commands.md explains every one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any, Literal, TypeVar

import typer

from controller.client.credentials import CommandUser, fresh_code
from controller.client.http_client import RemoteStation, signed_in
from controller.errors import BadInput
from controller.features.emergencies.schemas import EmergencyShown, PreparedShown, TemplatesShown
from controller.model.emergency_states import KINDS_IN_WORDS, STANDING_IN_WORDS
from controller.terminal.commands import Commands, Given, Printed
from controller.terminal.options import AtStation, Reason

V = TypeVar("V")

emergency = Commands()

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt khẩn cấp, xem «loa emergency list».")]
Areas = Annotated[list[str], typer.Option("--area", help="Mã địa bàn; có thể ghi nhiều lần.")]
PreparedId = Annotated[str, typer.Option(help="Mã bản soạn sẵn, xem «loa emergency templates».")]
Kinds = Annotated[Literal["alarm", "all_clear", "test"], typer.Option(help="Bản tin ấy để làm gì.")]
Minutes = Annotated[int, typer.Option(min=1, max=1440, help="Lặp lại bao nhiêu phút nếu không ai dừng.")]
One = Annotated[str | None, typer.Argument(metavar="[LƯỢT]", help="Mã lượt; bỏ trống thì dùng --area.")]
Role = Literal["author", "approver"]
Who = Annotated[Role, typer.Option(help="Ai làm: LOA_AUTHOR hay LOA_APPROVER, như «loa air».")]


class _Calls:
    """Calls below /emergencies of the running station, by one person who is signed in."""

    def __init__(self, station: RemoteStation) -> None:
        self._station = station

    def act(self, path: str, asked: dict[str, Any], *, signs: bool = False) -> Printed:
        """Do something with one emergency, and return how it stands."""
        found = self.ask(EmergencyShown, "POST", path, asked, signs=signs)
        return Printed(found, [_emergency_line(found)])

    def ask(
        self,
        view: type[V],
        method: str,
        path: str,
        asked: dict[str, Any] | None = None,
        *,
        signs: bool = False,
    ) -> V:
        """Make one call; what is None is left to the station's defaults.

        Where the station asks for a fresh code of the telephone (the one of the sign-in is used up), the
        person is asked for it and the call made again. `signs`: the call is signed, by the password of the
        sign-in.
        """
        path = f"/emergencies{path}"
        if asked is None:
            return self._station.ask(view, method, path, None)
        given = {name: value for name, value in asked.items() if value is not None}
        if signs:
            given["password"] = self._station.password
        try:
            return self._station.ask(view, method, path, given)
        except BadInput as error:
            if error.code != "operator.code-needed":
                raise
        return self._station.ask(view, method, path, given | {"code": fresh_code()})


def _by(usual: Role) -> Callable[..., AbstractContextManager[_Calls]]:
    @contextmanager
    def opened(who: Who = usual, station: AtStation = None) -> Iterator[_Calls]:
        with signed_in(station, CommandUser(who)) as here:
            yield _Calls(here)

    return opened


ByAuthor = Annotated[_Calls, Given(_by("author"))]
ByApprover = Annotated[_Calls, Given(_by("approver"))]


@emergency.command("templates")
def show_templates(
    calls: ByApprover,
    area: Annotated[list[str] | None, typer.Option(help="Mã địa bàn; mặc định địa bàn của mình.")] = None,
) -> Printed:
    """Các bản soạn sẵn, bao nhiêu cụm loa đang giữ, và các mẫu có sẵn."""
    query = "?" + "&".join(f"area={one}" for one in area) if area else ""
    found = calls.ask(TemplatesShown, "GET", f"/templates{query}")
    texts = (f"mẫu {text.key}: {text.title}" for text in found.templates)
    return Printed(found, [*map(_prepared_line, found.prepared), *texts])


@emergency.command("prepare")
def prepare(
    calls: ByAuthor,
    area: Annotated[str, typer.Option(help="Mã địa bàn mà loa ở đó sẽ giữ bản này.")],
    template: Annotated[str | None, typer.Option(help="Mẫu có sẵn, như flood.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Mã một bản tin đã có.")] = None,
    kind: Kinds = "alarm",
) -> Printed:
    """Soạn sẵn một bản khẩn cấp; được duyệt rồi thì mọi cụm loa trong địa bàn tải về và giữ."""
    asked = {"area": area, "template": template, "bulletin": bulletin}
    asked |= {"kind": kind} if bulletin is not None else {}
    made = calls.ask(PreparedShown, "POST", "/templates", asked)
    return Printed(made, [_prepared_line(made)])


@emergency.command("release")
def release(
    calls: ByAuthor,
    prepared: Annotated[str, typer.Argument(metavar="BẢN", help="Mã bản soạn sẵn.")],
) -> str:
    """Thôi giữ một bản soạn sẵn ở loa."""
    calls.ask(type(None), "POST", f"/templates/{prepared}/release", {})
    return f"Loa thôi giữ {prepared}."


@emergency.command("start")
def start(
    calls: ByApprover,
    area: Areas,
    prepared: Annotated[str | None, typer.Option(help="Mã bản soạn sẵn.")] = None,
    bulletin: Annotated[str | None, typer.Option(help="Hoặc mã một bản tin đã duyệt.")] = None,
    minutes: Minutes = 60,
    volume: Annotated[int, typer.Option(min=20, max=100, help="Âm lượng; quy định vẫn chặn.")] = 100,
    alone: Annotated[
        str | None, typer.Option(help="Phát ngay, một mình, vì lý do này; nhật ký ghi rõ.")
    ] = None,
) -> Printed:
    """Gọi khẩn cấp: chờ người thứ hai xác nhận, hoặc phát ngay với --alone."""
    asked: dict[str, Any] = {"areas": area, "prepared": prepared, "bulletin": bulletin}
    asked |= {"minutes": minutes, "volume": volume, "alone_because": alone}
    return calls.act("", asked, signs=True)


@emergency.command("confirm")
def confirm(calls: ByApprover, emergency_id: Id) -> Printed:
    """Người thứ hai xác nhận: loa kêu ngay."""
    return calls.act(f"/{emergency_id}/confirm", {}, signs=True)


@emergency.command("decline")
def decline(calls: ByApprover, emergency_id: Id, reason: Reason = "") -> Printed:
    """Từ chối một lượt đang chờ xác nhận."""
    return calls.act(f"/{emergency_id}/decline", {"reason": reason})


@emergency.command("stop")
def stop(
    calls: ByAuthor,
    emergency_id: One = None,
    area: Annotated[list[str] | None, typer.Option(help="Dừng mọi thứ khẩn cấp ở nơi này.")] = None,
    reason: Reason = "",
) -> Printed:
    """Dừng ngay: một lượt ở mọi nơi, hoặc mọi lượt ở một nơi."""
    if (emergency_id is None) == (not area):
        raise BadInput("Hãy cho biết mã lượt, hoặc địa bàn bằng --area.", code="emergency.which")
    if emergency_id is not None:
        return calls.act(f"/{emergency_id}/stop", {"reason": reason})
    ended = calls.ask(list[EmergencyShown], "POST", "/stop", {"areas": area, "reason": reason})
    return Printed(ended, map(_emergency_line, ended))


@emergency.command("all-clear")
def all_clear(calls: ByApprover, emergency_id: Id, prepared: PreparedId) -> Printed:
    """Báo yên: dừng lượt khẩn cấp và đọc bản báo yên."""
    return calls.act(f"/{emergency_id}/all-clear", {"prepared": prepared}, signs=True)


@emergency.command("test")
def try_out(
    calls: ByAuthor,
    area: Areas,
    prepared: PreparedId,
    volume: Annotated[int, typer.Option(min=20, max=100, help="Âm lượng.")] = 70,
) -> Printed:
    """Thử loa bằng bản phát thử: một lần, không bao giờ trong giờ yên lặng."""
    asked = {"areas": area, "prepared": prepared, "volume": volume}
    return calls.act("/test", asked)


@emergency.command("list")
def index(
    calls: ByApprover,
    lately: Annotated[bool, typer.Option("--lately", help="Cả những lượt trong một ngày qua.")] = False,
) -> Printed:
    """Những lượt đang chờ xác nhận hoặc đang phát."""
    found = calls.ask(list[EmergencyShown], "GET", "?lately=true" if lately else "")
    return Printed(found, map(_emergency_line, found))


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
