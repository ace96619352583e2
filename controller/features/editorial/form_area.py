"""The area whose words and voice a form is read with: that which its bulletin will belong to."""

from controller.features.accounts.viewer import Caller
from controller.features.bulletins.queries import visible_bulletin
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.operations import meeting
from controller.features.speech.queries import speech_in
from controller.model.speech import Speech
from controller.store import Session
from devices.ids import AreaCode


def area_of_form(session: Session, caller: Caller, form: Typed, bulletin_id: str = "") -> AreaCode:
    """Return the bulletin's area; of a new one, that of its targets; before a choice, one's own."""
    if bulletin_id:
        return visible_bulletin(session, caller.scope, bulletin_id).area
    return meeting(caller.scope.tree, form.areas_so_far(caller.viewer), caller.scope.home)


def usual_speech_of(session: Session, caller: Caller, form: Typed) -> Speech:
    """Return how a new bulletin is spoken where its author chooses nothing."""
    return speech_in(session, area_of_form(session, caller, form), caller.station.speech)
