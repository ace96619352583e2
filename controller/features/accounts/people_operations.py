"""What an administrator does to accounts, by page and JSON: each act with a fresh proof of who does it."""

from collections.abc import Callable, Collection
from functools import partial

from controller.features.accounts.admin_queries import visible_account
from controller.features.accounts.administration import reset_password
from controller.features.accounts.passwords import hash_password
from controller.features.accounts.proof import proven
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import create_operator
from controller.features.accounts.viewer import Caller
from controller.model.permissions import Operator, OperatorRole
from devices.ids import AreaCode


def act_on_person(
    caller: Caller, tries: Tries, name: str, proof: str, *, act: Callable[..., object]
) -> Operator:
    """Do an operation on an account that the person sees; return whose it is."""
    with proven(caller, tries, proof) as session:
        person = visible_account(session, caller.scope, name).operator()
        act(session, person.id, **caller.stamp)
    caller.wake()
    return person


def open_account(
    caller: Caller,
    tries: Tries,
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
    with proven(caller, tries, proof) as session:
        person = create_operator(
            session,
            name=name,
            display_name=display_name,
            roles=roles,
            area=area,
            password=chosen,
            **caller.stamp,
            first_password=True,
        )
    caller.wake()
    return person, password


def give_password(caller: Caller, tries: Tries, name: str, proof: str) -> tuple[Operator, str]:
    """Give an account a fresh password, and new keys with it; return whose it is, and the password."""
    password = fresh_password()
    chosen = hash_password(password)
    act = partial(reset_password, password=chosen)
    return act_on_person(caller, tries, name, proof, act=act), password
