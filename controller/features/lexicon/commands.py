"""`loa lexicon`: the province's own words; docs/operator.md explains every command."""

from typing import Annotated

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

lexicon = typer.Typer(help="Từ riêng của tỉnh: thêm, liệt kê, xóa, thử.", no_args_is_help=True)
Written = Annotated[str, typer.Argument(help="Chữ viết trong văn bản, ví dụ PBGDPL.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]
Who = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người thêm hoặc xóa.")]


@lexicon.command("add")
@told
def add(
    written: Written,
    spoken: Annotated[str, typer.Argument(help="Cách đọc, bằng các tiếng Việt cách nhau.")],
    name: Who,
    area: Area = None,
) -> None:
    """Thêm cách đọc của một từ; bản tin đang chờ duyệt có từ ấy được đọc lại."""
    from controller.features.lexicon.local import add_here

    add_here(written, spoken, area=area, name=name)
    typer.echo(f"Đã thêm: «{written}» đọc là «{spoken}».")


@lexicon.command("list")
@told
def index(
    *,
    history: Annotated[bool, typer.Option("--all", help="Cả những từ đã xóa.")] = False,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các từ, ai thêm và khi nào."""
    from controller.features.lexicon.local import entries_here

    entries = entries_here(removed=history)
    if as_json:
        print_json({"entries": entries})
        return
    for one in entries:
        gone = f"\tđã xóa: {one['removed_by']} {one['removed_at'][:10]}" if one["removed_at"] else ""
        taught = f"{one['added_by']} {one['added_at'][:10]}"
        typer.echo(f"{one['written']}\t{one['spoken']}\t{one['area']}\t{taught}{gone}")
    if not entries:
        typer.echo("Chưa có từ nào.")


@lexicon.command("remove")
@told
def remove(written: Written, name: Who, area: Area = None) -> None:
    """Xóa cách đọc của một từ; lịch sử vẫn còn."""
    from controller.features.lexicon.local import remove_here

    remove_here(written, area=area, name=name)
    typer.echo(f"Đã xóa: «{written}».")


@lexicon.command("test")
@told
def try_text(
    text: Annotated[str, typer.Argument(help="Văn bản cần thử.")],
    area: Area = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Cho thấy một văn bản được đọc thế nào với các từ của tỉnh; những chỗ ấy nằm trong ngoặc kép góc."""
    from controller.features.lexicon.local import read_here

    reading = read_here(text, area=area)
    own = [span for span in reading.spans if span.rule == "province"]
    if as_json:
        spans = [
            {"written": one.written, "spoken": one.spoken, "start": one.start, "end": one.end} for one in own
        ]
        print_json({"written": reading.written, "spoken": reading.spoken, "province": spans})
        return
    marked = reading.written
    for span in reversed(own):
        marked = f"{marked[: span.start]}«{span.written} → {span.spoken}»{marked[span.end :]}"
    typer.echo(reading.spoken)
    typer.echo(marked if own else "Không có từ nào của tỉnh trong văn bản này.")
