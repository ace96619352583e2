"""Authors' signatures, where the key set asks for them: one plan names an airing for each way to lack one."""

from dataclasses import dataclass, field
from typing import Any

from controller.trial.conform.areas import ELSEWHERE, MAIN
from controller.trial.conform.audio import KitRecording, tone
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import FETCH_S, Laboratory
from controller.trial.conform.station import HOUR, KitStation, whole_ms
from devices.ids import Grade
from devices.messages import PlannedAiring
from devices.statements import Rendition

_FAR_S = 3600.0
_NONE, _SCOPE = "no-author", "outside-scope"


@dataclass(frozen=True, slots=True)
class AuthorCase:
    """How an author's signature differs from a good one, whose key makes it, and the reason of `refused`."""

    check: Check
    reason: str | None
    signer: str | None = "author"
    said: dict[str, Any] = field(default_factory=dict)
    approval: dict[str, Any] = field(default_factory=dict)

    def airing(self, station: KitStation, name: str, recording: KitRecording) -> PlannedAiring:
        """Return a routine airing whose approval carries it."""
        said = {key: value(station) if callable(value) else value for key, value in self.said.items()}
        text = None if self.signer is None else station.authored(recording, self.signer, **said)
        approval = station.approved(recording, authorship=text, **self.approval)
        return station.airing(name, recording, _FAR_S, approval=approval)


_OPUS = Rendition(recording="0" * 64, codec="opus", size=1000)
_CASES = (
    AuthorCase(Check("AUT-01", "What its author and an approver signed is fetched."), None),
    AuthorCase(Check("AUT-02", "An approval without its author's signature does not count."), _NONE, None),
    AuthorCase(
        Check("AUT-03", "An author's signature of another recording does not count."),
        _NONE,
        said={"recording": "0" * 64},
    ),
    AuthorCase(
        Check("AUT-04", "An author's signature of another text does not count."),
        _NONE,
        said={"text_sha256": "0" * 64},
    ),
    AuthorCase(
        Check("AUT-05", "The author's areas must hold all of the approval's."),
        _NONE,
        said={"areas": (ELSEWHERE,)},
    ),
    AuthorCase(
        Check("AUT-06", "The author's grade must not be below the approval's."),
        _NONE,
        said={"grade": Grade.PRIORITY},
    ),
    AuthorCase(
        Check("AUT-07", "A rendition that the author did not sign does not count."),
        _NONE,
        approval={"renditions": (_OPUS,)},
    ),
    AuthorCase(
        Check("AUT-08", "The author's key must be that of the approval's author."),
        _NONE,
        "caller",
    ),
    AuthorCase(
        Check("AUT-09", "The approver is not the author by another key."),
        _SCOPE,
        "approver",
        approval={"author": "kit-approver"},
    ),
    AuthorCase(
        Check("AUT-10", "The author's key must sign for the node's place."),
        _NONE,
        "distant author",
        approval={"author": "kit-distant-author"},
    ),
    AuthorCase(
        Check("AUT-11", "An author's signature whose expires_at is past does not count."),
        "expired",
        said={"expires_at": lambda station: whole_ms(station.now()) - HOUR},
    ),
    AuthorCase(
        Check("AUT-12", "An administrator's key signs for no author."),
        "wrong-role",
        "administrator",
        approval={"author": "kit-administrator"},
    ),
)


def _play(lab: Laboratory) -> None:
    good, bad = tone(3, 440.0), tone(3, 660.0)
    lab.offer(good)
    lab.offer(bad)
    lab.station.publish_keys(authors=True)
    named = {lab.name(case.check.id.lower()): case for case in _CASES}
    airings = [
        case.airing(lab.station, name, good if case.reason is None else bad) for name, case in named.items()
    ]
    lab.station.publish_plan(MAIN, airings)
    lab.wait(lambda: all(lab.seen.of(name) for name in named), FETCH_S / 2)
    for name, case in named.items():
        wanted = "fetched" if case.reason is None else f"refused {case.reason}"
        told = [f"{one.receipt.kind} {one.receipt.reason or ''}".strip() for one in lab.seen.of(name)]
        lab.judge(case.check.id, told == [wanted], f"expected one receipt `{wanted}`, saw {told or 'none'}")


GROUP = CheckGroup("authors", tuple(case.check for case in _CASES), _play)
