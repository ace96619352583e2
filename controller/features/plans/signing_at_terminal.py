"""A person signs an act on the station's own machine: alone, or as the first of two administrators."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from controller.client.credentials import own_password
from controller.client.local_client import LocalCaller, local_store, person_named
from controller.clocks import utc_now
from controller.features.accounts.queries import require
from controller.features.accounts.service import Unlocked, unlock_key
from controller.features.plans.proposals import Done, WantedAct, do_or_propose
from controller.model.permissions import Act, Operator
from controller.store import Store
from devices.ids import Role


def do_signed(name: str, make: Callable[[Session, Operator], WantedAct]) -> Done:
    """Do an act with an administrator's key, or propose it; `make` says what it is."""
    with local_store() as store:
        with store.read() as session:
            person = person_named(session, name)
            require(session, person, Act.RULE, person.area)
            wanted = make(session, person)
        key = unlocked_key(store, person)
        caller = LocalCaller(store, person, utc_now())
        return do_or_propose(caller, wanted, by=person, password=key, now=caller.now)


def unlocked_key(store: Store, person: Operator) -> Unlocked:
    """Ask for an administrator's password and open the key; no transaction waits meanwhile."""
    password = own_password(person.name)
    return unlock_key(store, person, role=Role.ADMINISTRATOR, password=password, now=utc_now())


def waits_in_words(done: Done, said: str) -> str:
    """Return what a command prints: that it is done, or who must sign next."""
    if done.proposal is None:
        return said
    return (
        "Bạn đã ký. Việc này cần hai quản trị, nên chưa có gì thay đổi. Quản trị thứ hai ký ở trang Chờ ký, "
        f"hoặc: loa proposal confirm {done.proposal} --as TÊN"
    )
