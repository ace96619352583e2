"""`loa area sign-places`: where nodes stand, signed anew; docs/commands.md explains it."""

from typing import Annotated

import typer

from controller.clocks import utc_now
from controller.features.accounts.signing import signing
from controller.features.relocation.service import sign_places_below
from controller.terminal.commands import Commands
from controller.terminal.options import AsPerson
from devices.ids import AreaCode

area = Commands()

Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã địa bàn.")]


@area.command("sign-places")
def sign_places(code: Code, by: AsPerson) -> None:
    """Ký lại nơi đặt của mọi cụm loa trong địa bàn: khi khóa đã ký bị lộ hoặc sắp hết hạn."""
    with signing(by) as (session, person, key):
        count = sign_places_below(session, AreaCode(code), by=person, password=key, now=utc_now())
    typer.echo(f"Đã ký nơi đặt của {count} cụm loa.")
