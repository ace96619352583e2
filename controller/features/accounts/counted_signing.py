"""Opens a person's key for one act of signing; wrong passwords are counted, and are in the journal."""

from collections.abc import Iterator
from contextlib import contextmanager

from controller.errors import NotAllowed
from controller.features.accounts.pens import PASSKEY_REFUSED, Touch
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import WRONG_PASSWORD, OnePassword, unlock_key
from controller.features.accounts.viewer import Caller
from controller.features.journal.service import record
from devices.ids import Role


@contextmanager
def counted_signing(
    caller: Caller, tries: Tries, role: Role, proof: str | Touch, *, refused: str, subject: str
) -> Iterator[OnePassword]:
    """Open the key by the password, before the act's transaction (0.25 s); what a device gave stays as it is.

    `refused`: the journal's act where the password is wrong or the device's answer does not fit the act.
    Otherwise a person with a stolen signed-in phone could try passwords without limit.
    """
    by, now = caller.by, caller.now()
    purpose = Purpose.RULING if role is Role.ADMINISTRATOR else Purpose.APPROVAL
    try:
        opened: OnePassword = proof
        if isinstance(proof, str):
            with tries.counted(caller.viewer.tried_as, purpose):
                opened = unlock_key(caller.store, by, role=role, password=proof, now=now)
        yield opened
    except NotAllowed as error:
        if error.code in (WRONG_PASSWORD, PASSKEY_REFUSED):
            with caller.store.write() as session:
                record(session, by, refused, subject, now)
        raise
