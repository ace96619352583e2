"""What authors sign of their bulletins, where the province asks for it: docs/protocol.md, "Authors".

The author signs once the recording is made: a signature under the text alone would let whoever has an
approver's key give the true text a false recording.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.key_checks import check_key
from controller.features.accounts.pens import instant_of, signed_with
from controller.features.accounts.queries import require, requires_authors
from controller.features.accounts.service import OnePassword, keyed_roles, open_one
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import get_revision, rendering_of, usable_bulletin
from controller.features.bulletins.renditions import renditions_of
from controller.features.journal.service import record
from controller.features.notices.service import notify, take_back
from controller.model.accounts import HeldKey
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved, Authored, Bulletin, Rendering
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import RecordingId, Role
from devices.statements import Authorship

AUTHORSHIP_LIFE = timedelta(days=400)
"""Two approvals of half a year, and a month: then the author, or another officer, looks at it again."""
SIGNABLE = frozenset({BulletinState.SUBMITTED, BulletinState.APPROVED})
NOT_SIGNED = "Người soạn chưa ký bản này nên chưa duyệt được. Hãy nhờ người soạn mở bản tin, nghe rồi ký."


def writers_role(by: Operator) -> Role:
    """Return with which key the person signs what they wrote: an approver by the one that approves."""
    roles = keyed_roles(by.roles)
    return Role.APPROVER if Role.APPROVER in roles else Role.CALLER


@one_write
def sign_authorship(
    session: Session,
    bulletin_id: str,
    *,
    revision: int,
    recording: RecordingId,
    by: Operator,
    password: OnePassword,
    now: datetime,
) -> Authored:
    """Sign as the author that this recording of this wording may be approved, up to the grade asked for."""
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    check_signable(session, bulletin, revision, recording, by=by, now=now)
    wording = get_revision(session, bulletin.id, bulletin.revision)
    key = open_one(session, by, role=writers_role(by), password=password, now=now)
    at = instant_of(key, now)
    expires_at = min(at + AUTHORSHIP_LIFE, key.not_after)
    said = Authorship(
        text_sha256=wording.text_sha256,
        recording=recording,
        areas=(bulletin.area,),
        grade=bulletin.highest_grade,
        authored_at=at,
        expires_at=expires_at,
        renditions=tuple(one.recording for one in renditions_of(session, recording)),
    )
    row = session.get(Authored, (bulletin.id, bulletin.revision)) or Authored(
        bulletin=bulletin.id, revision=bulletin.revision
    )
    row.author, row.recording, row.grade, row.kid = by.id, recording, bulletin.highest_grade, key.kid
    row.jws, row.authored_at, row.expires_at = signed_with(key, said), at, expires_at
    session.add(row)
    session.flush()
    take_back(session, NoticeKind.AUTHOR_SIGNS, bulletin.id, "(Đã ký.)", now=now)
    detail = {"revision": revision, "recording": recording, "kid": key.kid}
    record(session, by, "bulletin.authored", bulletin.id, now, detail=detail)
    return row


def check_signable(
    session: Session,
    bulletin: Bulletin,
    revision: int,
    recording: RecordingId,
    *,
    by: Operator,
    now: datetime,
) -> None:
    """Raise what prevents this author's signature, apart from the password; also checked before hashing."""
    require(session, by, Act.WRITE, bulletin.area)
    wording = get_revision(session, bulletin.id, bulletin.revision)
    if by.id != wording.author:
        raise Conflict("Chỉ người soạn bản này mới ký được.", code="bulletin.not-own")
    rendering = rendering_of(session, bulletin.id, bulletin.revision)
    is_same = rendering is not None and (bulletin.revision, rendering.recording) == (revision, recording)
    if bulletin.state not in SIGNABLE or not is_same:
        raise Conflict(
            "Bản tin đã thay đổi sau khi mở trang. Chưa ký. Hãy tải lại, nghe lại rồi ký.",
            code="bulletin.changed",
        )
    check_key(session, by, writers_role(by), now, bulletin.area)


def authored(session: Session, bulletin: Bulletin, recording: RecordingId, now: datetime) -> Authored | None:
    """Return what its author has signed of exactly this, if an approval may carry it now."""
    row = session.get(Authored, (bulletin.id, bulletin.revision))
    if row is None or row.recording != recording or row.expires_at <= now:
        return None
    key = session.get_one(HeldKey, row.kid)
    is_known = key.retired_at is None and key.signs_for(area_tree(session).lineage(bulletin.area))
    return row if is_known and bulletin.highest_grade.rank <= row.grade.rank else None


def needed_authorship(
    session: Session, bulletin: Bulletin, recording: RecordingId, now: datetime
) -> Authored | None:
    """Return the author's signature that an approval needs; None where none is asked for; else Conflict."""
    if not requires_authors(session):
        return None
    row = authored(session, bulletin, recording, now)
    if row is None:
        raise Conflict(NOT_SIGNED, code="bulletin.not-authored")
    return row


def lacks_author(session: Session, bulletin: Bulletin) -> bool:
    """Whether it was approved without its author's signature, which is asked for since."""
    approved = session.get(Approved, (bulletin.id, bulletin.revision))
    return approved is not None and approved.author_kid is None and requires_authors(session)


def ask_author(session: Session, rendering: Rendering, bulletin: Bulletin, now: datetime) -> None:
    """Tell the author that the recording is made and waits for the signature, where one is asked for."""
    if bulletin.state is not BulletinState.SUBMITTED or not requires_authors(session):
        return
    author = get_revision(session, bulletin.id, rendering.revision).author
    sentence = f"«{bulletin.title}» đã đọc xong. Hãy nghe rồi ký, để cán bộ duyệt được."
    notify(session, [author], NoticeKind.AUTHOR_SIGNS, bulletin.id, sentence, now=now)
