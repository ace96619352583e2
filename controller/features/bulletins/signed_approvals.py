"""Makes the signed approval of a wording: for its bulletin's area and below, up to the grade asked for."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.features.accounts.pens import OnePen, instant_of, signed_with
from controller.features.areas.queries import areas as areas_below
from controller.features.areas.queries import get_area
from controller.features.bulletins.authorships import needed_authorship
from controller.features.bulletins.queries import get_revision
from controller.features.bulletins.renditions import renditions_of
from controller.http.words import GRADE_WORDS, short_day
from controller.model.accounts import Account
from controller.model.areas import REGION
from controller.model.bulletins import Approved, Bulletin
from controller.model.permissions import Operator
from devices.ids import AreaCode, RecordingId
from devices.statements import Approval

APPROVAL_LIFE = timedelta(days=180)
"""A text that is read out half a year later deserves a new look. Loudspeakers take no longer one."""


def signed_approval(
    session: Session, bulletin: Bulletin, recording: RecordingId, *, by: Operator, key: OnePen, now: datetime
) -> Approved:
    """Return the approval of the newest wording and this recording, signed by the approver's key."""
    wording, at = get_revision(session, bulletin.id, bulletin.revision), instant_of(key, now)
    expires_at = min(at + APPROVAL_LIFE, key.not_after)  # loudspeakers judge the key's life too
    said = needed_authorship(session, bulletin, recording, now)
    if said is not None:
        expires_at = min(expires_at, said.expires_at)
    approval = Approval(
        bulletin=bulletin.id,
        revision=bulletin.revision,
        text_sha256=wording.text_sha256,
        recording=recording,
        author=session.get_one(Account, wording.author).name,
        approver=by.name,
        approved_at=at,
        valid_from=at,
        expires_at=expires_at,
        areas=approved_areas(session, bulletin.area),
        grade=bulletin.highest_grade,
        test=bulletin.test,
        renditions=renditions_of(session, recording),
        authorship=None if said is None else said.jws,
    )
    return Approved(
        bulletin=bulletin.id,
        revision=bulletin.revision,
        approver=by.id,
        text_sha256=wording.text_sha256,
        recording=recording,
        kid=key.kid,
        jws=signed_with(key, approval),
        approved_at=at,
        expires_at=expires_at,
        areas=list(approval.areas),
        grade=bulletin.highest_grade,
        valid_from=at,
        author_kid=None if said is None else said.kid,
    )


def scope_in_words(bulletin: Bulletin, where: str, now: datetime) -> str:
    """Return what an approval given now allows: where, up to which grade, from when to when."""
    grade = GRADE_WORDS[bulletin.highest_grade].lower()
    first, last = short_day(now), short_day(now + APPROVAL_LIFE)
    return f"Được phát tại: {where} · cao nhất: {grade} · từ {first} đến {last}"


def approved_areas(session: Session, area: AreaCode) -> tuple[AreaCode, ...]:
    """Return what an approval for an area names: the area, or of a hub's region the provinces in it."""
    if get_area(session, area).kind != REGION:
        return (area,)
    return tuple(one.code for one in areas_below(session, area))
