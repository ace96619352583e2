"""Changes of areas that the person's own key signs: one transaction, then the station is woken."""

from controller.errors import NotAllowed
from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.passkey_schemas import SignatureGiven, TouchAsked
from controller.features.accounts.pens import Touch
from controller.features.accounts.touches import ask_touch, proof_of
from controller.features.plans.proposals import Done, WantedAct, do_or_propose
from controller.model.permissions import Act
from devices.ids import Role


def change_signed(visit: Visit, wanted: WantedAct, given: SignatureGiven) -> Done:
    """Do the act with the person's key, or propose it where two administrators must sign."""
    if not visit.viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới làm được việc này.")
    role, proof = Role.ADMINISTRATOR, proof_of(visit, given)
    with counted_signing(
        visit, visit.tries, role, proof, refused="area.signing-refused", subject=wanted.area
    ) as opened:
        return do_or_propose(visit, wanted, password=opened, **visit.stamp)


def ask_change(visit: Visit, wanted: WantedAct, kid: str) -> TouchAsked:
    """Return what a person's device is to sign for exactly this change."""
    visit.viewer.need(Act.RULE)
    by, now = visit.by, visit.now()

    def act(touch: Touch) -> object:
        return do_or_propose(visit, wanted, by=by, password=touch, now=now)

    return ask_touch(visit, Role.ADMINISTRATOR, kid, act, words=wanted.words)
