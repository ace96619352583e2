"""What an administrator does to accounts, by page and JSON: each act with a fresh proof of who does it."""

from collections.abc import Callable, Collection
from functools import partial

from controller.features.accounts.admin_queries import visible_account
from controller.features.accounts.administration import reset_password
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.passwords import hash_password
from controller.features.accounts.proof import proven
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import create_operator
from controller.model.permissions import Operator, OperatorRole
from devices.ids import AreaCode


def act_on_person(visit: Visit, name: str, proof: str, *, act: Callable[..., object]) -> Operator:
    """Do an operation on an account that the person sees; return whose it is."""
    with proven(visit, proof) as session:
        person = visible_account(session, visit.scope, name).operator()
        act(session, person.id, by=visit.by, now=visit.now())
    visit.station.wake()
    return person


def open_account(
    visit: Visit,
    proof: str,
    *,
    name: str,
    display_name: str,
    roles: Collection[OperatorRole],
    area: AreaCode,
) -> tuple[Operator, str]:
    """Open an account with a fresh password; return whose it is, and the password."""
    password = fresh_password()
    chosen = hash_password(password)
    with proven(visit, proof) as session:
        person = create_operator(
            session,
            name=name,
            display_name=display_name,
            roles=roles,
            area=area,
            password=chosen,
            by=visit.by,
            now=visit.now(),
            first_password=True,
        )
    visit.station.wake()
    return person, password


def give_password(visit: Visit, name: str, proof: str) -> tuple[Operator, str]:
    """Give an account a fresh password, and new keys with it; return whose it is, and the password."""
    password = fresh_password()
    chosen = hash_password(password)
    act = partial(reset_password, password=chosen)
    return act_on_person(visit, name, proof, act=act), password
