"""`loa operator import`: accounts by a list, on the station's own machine."""

from controller.client.local_client import LocalCaller
from controller.features.accounts.people_list import ListedPerson, people_listed
from controller.features.accounts.people_operations import checked_people, hashed_for, open_listed
from controller.features.areas.queries import area_tree
from controller.features.keys.service import sign_at_hand
from controller.model.permissions import Operator
from controller.settings import Settings
from devices.ids import AreaCode


def checked_list(caller: LocalCaller, text: str) -> list[ListedPerson]:
    """Return each line with what is wrong with it; nothing is written."""
    known = area_tree(caller).below([caller.by.area])
    listed = people_listed(text, lambda code: AreaCode(code) if code in known else None)
    return checked_people(caller, listed)


def open_list(
    caller: LocalCaller, text: str, settings: Settings, *, only_good: bool = False
) -> tuple[list[tuple[Operator, str]], bool]:
    """Open all accounts of a list, or none; return them with their passwords, and whether keys are signed.

    `only_good`: leave out lines that are wrong.
    """
    chosen = hashed_for(checked_list(caller, text), only_good=only_good)
    with caller.write() as session:
        made = [(open_listed(session, one, word, caller.stamp), word.text) for one, word in chosen]
        return made, sign_at_hand(session, settings, now=caller.now)
