"""Tokens of programs and delegations of approval by JSON."""

from controller.features.accounts.delegation import delegate_approval, delegations_of, end_delegation
from controller.features.accounts.dependencies import InPersonVisit, SignedVisit
from controller.features.accounts.queries import get_operator
from controller.features.accounts.schemas import (
    DelegateApproval,
    DelegationShown,
    NewToken,
    TokenMade,
    TokenShown,
)
from controller.features.accounts.tokens import create_token, revoke_token, tokens_of
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.station import Station
from controller.model.accounts import Delegation
from devices.ids import AreaCode

router = json_router(tags=["tokens"])


@router.get("/tokens", responses=refusals(401))
def index(visit: SignedVisit) -> list[TokenShown]:
    """Return one's own tokens, newest first, those that ended too."""
    return [TokenShown.of(row) for row in tokens_of(visit.store, visit.by.id)]


@router.post("/tokens", status_code=201, responses=refusals(401, 404, 422))
def create(visit: InPersonVisit, asked: NewToken) -> TokenMade:
    """Make a token for a program of one's own. The token itself is told this once."""
    row, token = create_token(
        visit.store,
        name=asked.name,
        acts=asked.acts,
        area=AreaCode(asked.area) if asked.area else visit.by.area,
        expires_at=asked.expires_at,
        of=visit.by,
        now=visit.now(),
    )
    return TokenMade.of(row, token=token)


@router.delete("/tokens/{token_id}", status_code=204, responses=refusals(401, 404))
def revoke(visit: InPersonVisit, token_id: str) -> None:
    """End a token: one's own, or as administrator anybody's in the area."""
    revoke_token(visit.store, token_id, **visit.stamp)


@router.get("/delegations", responses=refusals(401))
def delegations(visit: SignedVisit) -> list[DelegationShown]:
    """Return the delegations in force that one gave or got."""
    rows = delegations_of(visit.store, visit.by.id, visit.now())
    return [_delegation(visit.station, row) for row in rows]


@router.post("/delegations", status_code=201, responses=refusals(401, 404, 409, 422))
def delegate(visit: InPersonVisit, asked: DelegateApproval) -> DelegationShown:
    """Let another approver approve in an area of one's own, until an instant."""
    row = delegate_approval(
        visit.store, to=asked.to, area=AreaCode(asked.area), until=asked.until, **visit.stamp
    )
    return _delegation(visit.station, row)


@router.delete("/delegations/{delegation_id}", status_code=204, responses=refusals(401, 404))
def end(visit: InPersonVisit, delegation_id: str) -> None:
    """End a delegation before its date."""
    end_delegation(visit.store, delegation_id, **visit.stamp)


def _delegation(station: Station, row: Delegation) -> DelegationShown:
    giver, receiver = get_operator(station.store, row.giver), get_operator(station.store, row.receiver)
    return DelegationShown.of(row, giver=giver.name, receiver=receiver.name)
