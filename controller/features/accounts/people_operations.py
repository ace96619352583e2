"""What an administrator does to accounts, by page and JSON: each act with a fresh proof of who does it."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from sqlalchemy.orm import Session

from controller.errors import BadInput, LoaError
from controller.features.accounts.admin_queries import visible_account
from controller.features.accounts.administration import reset_password
from controller.features.accounts.encryption import Sealing
from controller.features.accounts.passwords import Hashed, hash_password
from controller.features.accounts.people_list import ListedPerson
from controller.features.accounts.proof import proven
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import create_operator
from controller.features.accounts.viewer import Caller
from controller.model.permissions import Operator, OperatorRole, Stamp
from controller.store import Store
from devices.ids import AreaCode


class Writer(Protocol):
    """Who opens accounts: a person at a page, or at the station's own machine."""

    @property
    def store(self) -> Store:
        """The station's database."""

    @property
    def stamp(self) -> Stamp:
        """The person and the present."""


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


def checked_people(caller: Writer, people: Sequence[ListedPerson]) -> list[ListedPerson]:
    """Return the people with what is wrong with each: all are made in a transaction that is then undone."""
    password = fresh_password()
    chosen = Hashed(password, "-", Sealing.by(password))
    found: list[ListedPerson] = []
    with suppress(_DryRunEnds), caller.store.write() as session:
        for one in people:
            try:
                if not one.fault:
                    open_listed(session, one, chosen, caller.stamp)
            except LoaError as error:
                found.append(one.wrong(error.sentence))
            else:
                found.append(one)
        raise _DryRunEnds
    return found


def open_accounts(
    caller: Caller, tries: Tries, proof: str, people: Sequence[ListedPerson], *, only_good: bool = False
) -> list[tuple[Operator, str]]:
    """Open all of these accounts or none; return whose they are, each with a fresh password.

    `only_good`: leave out lines that are wrong; without it one of them refuses the list.
    """
    chosen = hashed_for(checked_people(caller, people), only_good=only_good)
    with proven(caller, tries, proof) as session:
        made = [(open_listed(session, one, word, caller.stamp), word.text) for one, word in chosen]
    caller.wake()
    return made


def hashed_for(
    people: Sequence[ListedPerson], *, only_good: bool = False
) -> list[tuple[ListedPerson, Hashed]]:
    """Return each person with a fresh password, hashed outside any transaction; BadInput for a wrong line."""
    wrong = next((one for one in people if one.fault), None)
    good = [one for one in people if not one.fault]
    if wrong is not None and not (only_good and good):
        raise BadInput(f"Dòng {wrong.line}: {wrong.fault} Chưa tạo tài khoản nào.", code="people.wrong-line")
    return [(one, hash_password(fresh_password())) for one in good]


def open_listed(session: Session, one: ListedPerson, chosen: Hashed, stamp: Stamp) -> Operator:
    """Open the account of one line."""
    return create_operator(
        session,
        name=one.name,
        display_name=one.display_name,
        roles=one.roles,
        area=one.area,
        password=chosen,
        **stamp,
        first_password=True,
    )


class _DryRunEnds(Exception):  # noqa: N818 - never seen outside
    """Ends the transaction of a dry run."""


def give_password(caller: Caller, tries: Tries, name: str, proof: str) -> tuple[Operator, str]:
    """Give an account a fresh password, and new keys with it; return whose it is, and the password."""
    password = fresh_password()
    chosen = hash_password(password)
    act = partial(reset_password, password=chosen)
    return act_on_person(caller, tries, name, proof, act=act), password
