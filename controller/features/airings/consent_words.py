"""Communes' answers on an airing or a schedule, as its page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from controller.features.accounts.viewer import Viewer
from controller.features.airings.consent import ConsentStanding
from controller.model.permissions import Act


@dataclass(frozen=True, slots=True)
class Said:
    """The communes by what they have said, by name; `own` is the person's commune: yes, no, or nothing yet.

    `post_to` is the address to which the person may answer; empty where they may not.
    """

    agreed: Sequence[str]
    declined: Sequence[str]
    unanswered: Sequence[str]
    own: str
    post_to: str

    @property
    def asked(self) -> int:
        """How many communes are asked."""
        return len(self.agreed) + len(self.declined) + len(self.unanswered)


def consent_lines(viewer: Viewer, parts: Iterable[ConsentStanding], place: str) -> Said | None:
    """Return what the person may see of it: all from above, a commune its own; None: nobody is asked."""
    found = list(parts)
    agreed = {code for part in found for code in part.agreed} & viewer.scope.seen
    declined = {code for part in found for code in part.declined} & viewer.scope.seen
    unanswered = {code for part in found for code in part.unanswered} & viewer.scope.seen
    if not agreed | declined | unanswered:
        return None
    home = viewer.scope.home
    words = {"yes": agreed, "no": declined, "nothing": unanswered}
    own = next((word for word, codes in words.items() if home in codes), "")
    may = bool(own) and viewer.may(Act.ANSWER)
    agreed_names, declined_names, unanswered_names = (
        sorted(viewer.scope.name(code) for code in codes) for codes in (agreed, declined, unanswered)
    )
    return Said(agreed_names, declined_names, unanswered_names, own, f"{place}/tra-loi" if may else "")
