"""`loa area`, `loa node move`: areas as they are and as they change; docs/commands.md explains each."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from controller.errors import BadInput
from controller.features.area_changes import changes
from controller.features.area_changes.service import set_languages
from controller.features.area_changes.shared_acts import (
    closing_area,
    merging_areas,
    moving_area,
    moving_node,
    splitting_area,
)
from controller.features.areas.queries import areas, get_area, history_of
from controller.features.plans.signing_at_terminal import do_signed, waits_in_words
from controller.model.areas import Area, AreaSpan
from controller.model.languages import LanguageCode
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.options import AsPerson, NodeName
from controller.terminal.ways import Acting, Reading
from devices.ids import AreaCode, NodeId

area = Commands()
node = Commands()

Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã địa bàn.")]
NewCode = Annotated[str, typer.Option("--code", help="Mã của địa bàn mới.")]
Name = Annotated[str, typer.Option(help="Tên gọi đầy đủ, như «Xã Vạn Ninh».")]
Kind = Annotated[str, typer.Option(help="Loại: Xã, Phường, Đặc khu, Thôn…")]
To = Annotated[str, typer.Option(help="Mã địa bàn nhận.")]


@area.command("list")
def list_areas(
    session: Reading,
    under: Annotated[str | None, typer.Option(help="Chỉ các địa bàn ngay dưới địa bàn này.")] = None,
) -> Printed:
    """Các địa bàn hiện có."""
    above = None if under is None else get_area(session, AreaCode(under)).code
    found = [one for one in areas(session, above) if one.ended_at is None]
    return Printed(
        [fields_of(one, "code", "parent", "kind", "name") for one in found],
        (f"{one.code}\t{one.parent or '-'}\t{one.kind}\t{one.name}" for one in found),
    )


@area.command("history")
def show_history(session: Reading, code: Code) -> Printed:
    """Một địa bàn hiện nay, và trước mỗi lần thay đổi."""
    found = get_area(session, AreaCode(code))
    history = history_of(session, found.code)
    spans = [fields_of(one, "name", "kind", "parent", "valid_from", "valid_to") for one in history]
    value = fields_of(found, "code", "name", "kind", "parent", "ended_at") | {"history": spans}
    return Printed(value, _history_lines(found, history))


def _history_lines(area: Area, history: Iterable[AreaSpan]) -> Iterator[str]:
    ended = "" if area.ended_at is None else f", không còn từ {area.ended_at:%Y-%m-%d}"
    yield f"nay\t{area.kind}\t{area.name}\tthuộc {area.parent or '-'}{ended}"
    for span in history:
        since = "trước đây" if span.valid_from is None else f"{span.valid_from:%Y-%m-%d}"
        until = f"{span.valid_to:%Y-%m-%d}"
        yield f"{since} – {until}\t{span.kind}\t{span.name}\tthuộc {span.parent or '-'}"


@area.command("add")
def add_area(
    here: Acting,
    code: Code,
    name: Name,
    kind: Kind,
    under: Annotated[str, typer.Option(help="Mã địa bàn cấp trên.")],
) -> str:
    """Thêm một địa bàn: xã, phường của tỉnh; thôn, tổ dân phố của xã."""
    new = changes.NewArea(AreaCode(code), name, kind)
    changes.add_area(here, new, AreaCode(under), **here.stamp)
    return f"Đã thêm địa bàn {code}."


@area.command("rename")
def rename_area(
    here: Acting,
    code: Code,
    name: Annotated[str | None, typer.Option(help="Tên mới.")] = None,
    kind: Annotated[str | None, typer.Option(help="Loại mới.")] = None,
) -> str:
    """Đổi tên hoặc loại của một địa bàn; tên cũ còn trong lịch sử."""
    changes.rename_area(here, AreaCode(code), name=name, kind=kind, **here.stamp)
    return f"Đã đổi tên địa bàn {code}."


@area.command("languages")
def choose_languages(
    here: Acting,
    code: Code,
    languages: Annotated[
        list[str] | None, typer.Argument(metavar="[TIẾNG]...", help="Mã ISO 639-3, ưu tiên trước.")
    ] = None,
) -> str:
    """Đặt tiếng nói của một địa bàn và mọi nơi bên dưới; không ghi tiếng nào: theo địa bàn cấp trên."""
    wanted = [LanguageCode(one) for one in languages or ()]
    set_languages(here, AreaCode(code), wanted, **here.stamp)
    return f"Tiếng nói của {code}: {', '.join(wanted) or 'theo địa bàn cấp trên'}."


@area.command("move")
def move_area(code: Code, to: To, by: AsPerson) -> None:
    """Chuyển một địa bàn, cùng mọi thứ bên dưới, về một địa bàn khác."""
    done = do_signed(by, lambda session, _person: moving_area(session, AreaCode(code), AreaCode(to)))
    typer.echo(waits_in_words(done, f"Đã chuyển; {done.result} cụm loa được báo."))


@node.command("move")
def move_node(
    name_of_node: NodeName, to: Annotated[str, typer.Option(help="Mã địa bàn nhận.")], by: AsPerson
) -> None:
    """Chuyển một cụm loa sang địa bàn khác; những gì nó đã phát vẫn thuộc địa bàn cũ."""
    done = do_signed(by, lambda session, _person: moving_node(session, NodeId(name_of_node), AreaCode(to)))
    typer.echo(waits_in_words(done, f"Cụm loa {name_of_node} thuộc địa bàn {to}."))


@area.command("merge")
def merge_areas(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Các địa bàn được nhập.")],
    code: NewCode,
    name: Name,
    kind: Kind,
    by: AsPerson,
) -> None:
    """Nhập nhiều địa bàn thành một; các địa bàn cũ nằm dưới địa bàn mới, lịch sử giữ nguyên."""
    into, old = changes.NewArea(AreaCode(code), name, kind), [AreaCode(one) for one in codes]
    done = do_signed(by, lambda session, _person: merging_areas(session, old, into))
    typer.echo(
        waits_in_words(done, f"Đã nhập {len(codes)} địa bàn vào {code}; {done.result} cụm loa được báo.")
    )


@area.command("split")
def split_area(
    from_code: Code,
    nodes: Annotated[list[str], typer.Argument(metavar="NODE...", help="Các cụm loa chuyển sang.")],
    code: NewCode,
    name: Name,
    kind: Kind,
    by: AsPerson,
) -> None:
    """Tách một phần của địa bàn, với các cụm loa được nêu, thành địa bàn mới."""
    if not nodes:
        raise BadInput("Hãy nêu ít nhất một cụm loa.", code="area.no-nodes")
    parts = {changes.NewArea(AreaCode(code), name, kind): [NodeId(node) for node in nodes]}
    done = do_signed(by, lambda session, _person: splitting_area(session, AreaCode(from_code), parts))
    typer.echo(waits_in_words(done, f"Đã tách {code} từ {from_code} với {done.result} cụm loa."))


@area.command("close")
def close_area(code: Code, to: To, by: AsPerson) -> None:
    """Đóng một địa bàn không còn gì đặt phát: cụm loa sang địa bàn khác, kế hoạch và quy định được gỡ."""
    done = do_signed(by, lambda session, _person: closing_area(session, AreaCode(code), AreaCode(to)))
    typer.echo(waits_in_words(done, f"Đã đóng địa bàn {code}; cụm loa của nó thuộc {to}."))
    if done.result:
        typer.echo(f"Tài khoản còn gắn với địa bàn này: {', '.join(done.result)}.")
