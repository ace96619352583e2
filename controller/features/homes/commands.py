"""`loa home`: where loudspeakers find their station; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.client.local_client import local_store, reading
from controller.clocks import utc_now
from controller.errors import BadInput
from controller.features.areas.queries import area_or_top
from controller.features.homes.operations import try_home_here
from controller.features.homes.queries import homes_followed
from controller.features.homes.schemas import HomeShown
from controller.features.homes.service import wanted_act, wanted_home
from controller.features.plans.signing_at_terminal import do_signed, waits_in_words
from controller.terminal.commands import AsJson, Commands, print_json
from controller.terminal.options import AsPerson

home = Commands()


@home.command("show")
def show_homes(*, as_json: AsJson = False) -> None:
    """Nơi kết nối đã ký, và bao nhiêu cụm loa đã chuyển sang."""
    with reading() as session:
        found = homes_followed(session)
    if as_json:
        print_json([HomeShown.of(one).model_dump(mode="json") for one in found])
        return
    if not found:
        typer.echo("Chưa ký nơi kết nối nào: loa ở trạm đã nêu khi gắn.")
    for one in found:
        typer.echo(
            f"{one.area}: {', '.join(one.brokers)}; {one.followed}/{one.nodes} cụm loa đã chuyển "
            f"(ký {one.signed_at:%Y-%m-%d %H:%M}Z, {one.signed_by})"
        )
        if one.elsewhere:
            typer.echo(f"  chưa chuyển: {', '.join(one.elsewhere)}")
        if one.strangers:
            typer.echo(f"  ở nơi không ai ký tại đây: {', '.join(one.strangers)}")


@home.command("sign")
def sign_home(
    by: AsPerson,
    broker: Annotated[list[str], typer.Option(help="mqtts://máy:cổng; nhiều lần, theo thứ tự thử.")],
    authority: Annotated[list[Path] | None, typer.Option(help="Tệp chứng thư PEM loa phải tin.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="Địa chỉ trang của đài.")] = None,
    area: Annotated[str | None, typer.Option(help="Mã địa bàn; mặc định cả tỉnh.")] = None,
) -> None:
    """Ký nơi kết nối mới: loa chuyển trong vài phút; nơi nào đài không trả lời thì loa quay về chỗ cũ."""
    with local_store() as store:
        code, pem = area_or_top(store, area), _read(authority or [])
        wanted = wanted_home(code, broker, pem, address or [], utc_now())
        try_home_here(store, wanted)
    done = do_signed(by, lambda session, _person: wanted_act(session, wanted))
    typer.echo(waits_in_words(done, f"Đã ký nơi kết nối cho {wanted.area}. Xem ai đã chuyển: loa home show"))


def _read(files: list[Path]) -> list[str]:
    try:
        return [file.read_text("ascii") for file in files]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Không đọc được tệp chứng thư: {error}.", code="home.authority") from error
