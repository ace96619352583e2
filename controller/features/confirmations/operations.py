"""Signs, as the second administrator, what a first one has proposed; each act is run by its own feature."""

from datetime import datetime
from typing import Final

from controller.client.local_client import LocalCaller
from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import Touch
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.service import OnePassword, Unlocked
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.area_changes.shared_acts import CLOSE_AREA, MERGE_AREAS, MOVE_AREA, SPLIT_AREA
from controller.features.homes.operations import try_home, try_home_here
from controller.features.homes.service import SIGN_HOME, home_asked
from controller.features.plans.policy_signing import SIGN_POLICIES, SIGN_POLICY
from controller.features.plans.proposals import (
    SharedAct,
    check_confirmable,
    known_proposal,
    run_confirmed,
)
from controller.features.relocation.service import MOVE_NODE
from controller.model.permissions import Operator
from controller.store import Session, one_write
from devices.ids import Role

ACTS: Final[dict[str, SharedAct]] = {
    act.name: act
    for act in (
        SIGN_POLICY,
        SIGN_POLICIES,
        SIGN_HOME,
        MOVE_NODE,
        MOVE_AREA,
        MERGE_AREAS,
        SPLIT_AREA,
        CLOSE_AREA,
    )
}


@one_write
def confirm_proposal(
    session: Session, proposal: str, *, by: Operator, password: OnePassword, now: datetime
) -> None:
    """Do what two administrators have signed; `password`: the second one's."""
    row = known_proposal(session, proposal, by, lock=True)
    run_confirmed(session, ACTS[row.act], row, by=by, password=password, now=now)


def confirm(caller: Caller, tries: Tries, proposal: str, password: str | Touch) -> None:
    """Confirm a proposal; wrong passwords are counted and journaled, as at sign-in.

    The brokers of a home are tried again first. A `Touch` that has no answer yet raises SignatureAsked.
    """
    by, now = caller.by, caller.now()
    with caller.read() as session:
        row = known_proposal(session, proposal, by)
        check_confirmable(session, row, by=by, now=now)
        act, command = row.act, dict(row.command)
    role = Role.ADMINISTRATOR
    with counted_signing(
        caller, tries, role, password, refused="proposal.refused", subject=proposal
    ) as opened:
        if act == SIGN_HOME.name and not (isinstance(password, Touch) and password.assertion):
            try_home(caller, caller.station, home_asked(command))
        confirm_proposal(caller, proposal, by=by, password=opened, now=now)


def ask_confirmation(caller: Caller, tries: Tries, proposal: str, kid: str) -> TouchAsked:
    """Return what a person's device is to sign to confirm a proposal, and what it is, in words."""
    with caller.read() as session:
        words = known_proposal(session, proposal, caller.by).words

    def act(touch: Touch) -> None:
        confirm(caller, tries, proposal, touch)

    return ask_touch(caller, Role.ADMINISTRATOR, kid, act, words=f"Ký cùng: {words}")


def confirm_here(caller: LocalCaller, proposal: str, key: Unlocked) -> None:
    """Confirm a proposal on the station's own machine; the brokers of a home are tried again first."""
    row = known_proposal(caller, proposal, caller.by)
    if row.act == SIGN_HOME.name:
        try_home_here(caller.store, home_asked(row.command))
    confirm_proposal(caller, proposal, by=caller.by, password=key, now=caller.now)
