"""Changes of areas that the person's own key signs: one transaction, then the station is woken."""

from controller.errors import NotAllowed
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.passkey_schemas import TouchAsked, TouchGiven
from controller.features.accounts.pens import Touch
from controller.features.accounts.rate_limits import Purpose
from controller.features.accounts.service import OnePassword, unlock_key
from controller.features.accounts.touches import ask_touch, touch_of
from controller.features.plans.proposals import Done, WantedAct, do_or_propose
from controller.model.permissions import Act
from devices.ids import Role


def change_signed(visit: Visit, wanted: WantedAct, password: str, passkey: TouchGiven | None) -> Done:
    """Do the act with the person's key, or propose it where two administrators must sign."""
    if not visit.viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới làm được việc này.")
    by, now = visit.by, visit.now()
    opened: OnePassword
    if passkey is not None:
        opened = touch_of(visit, passkey)
    else:  # takes 0.25 s, before the write transaction begins
        with visit.tries.counted(visit.viewer.tried_as, Purpose.RULING):
            opened = unlock_key(visit.store, by, role=Role.ADMINISTRATOR, password=password, now=now)
    return do_or_propose(visit, wanted, by=by, password=opened, now=now)


def ask_change(visit: Visit, wanted: WantedAct, kid: str) -> TouchAsked:
    """Return what a person's device is to sign for exactly this change."""
    visit.viewer.need(Act.RULE)
    by, now = visit.by, visit.now()

    def act(touch: Touch) -> object:
        return do_or_propose(visit, wanted, by=by, password=touch, now=now)

    return ask_touch(visit, Role.ADMINISTRATOR, kid, act, words=wanted.words)
