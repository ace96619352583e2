"""`loa proposal`: what waits for a second administrator; docs/commands.md explains every command."""

from typing import Annotated

import typer

from controller.clocks import utc_now
from controller.features.areas.queries import areas
from controller.features.confirmations.operations import confirm_here
from controller.features.confirmations.schemas import SharedActShown
from controller.features.plans import proposals
from controller.features.plans.proposals import open_proposals
from controller.features.plans.signing_at_terminal import unlocked_key
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting, Reading

proposal = Commands()

ProposalName = Annotated[str, typer.Argument(metavar="ID", help="Theo «loa proposal list».")]


@proposal.command("list")
def list_proposals(session: Reading) -> Printed:
    """Những gì một quản trị đã ký và chờ quản trị thứ hai."""
    found = open_proposals(session, [area.code for area in areas(session)], utc_now())
    return Printed(
        [SharedActShown.line(one).model_dump(mode="json") for one in found],
        (f"{one.row.id}\t{one.row.at:%Y-%m-%d %H:%M}Z\t{one.name}\t{one.row.words}" for one in found),
    )


@proposal.command("confirm")
def confirm_proposal(here: Acting, name: ProposalName) -> str:
    """Ký cùng, là quản trị thứ hai: việc được làm ngay."""
    confirm_here(here, name, unlocked_key(here.store, here.by))
    return "Đã ký. Thay đổi có hiệu lực."


@proposal.command("withdraw")
def withdraw_proposal(here: Acting, name: ProposalName) -> str:
    """Bỏ một việc chờ ký: không có gì thay đổi."""
    proposals.withdraw_proposal(here, name, **here.stamp)
    return "Đã bỏ."
