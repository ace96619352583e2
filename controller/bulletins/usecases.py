"""Writes of bulletins: from draft to approval and back; one function, one transaction."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.airings.ending import cancel_airings_of
from controller.bulletins.lifecycle import (
    Action,
    BulletinId,
    BulletinState,
    RenderingState,
    RevisionKind,
    after,
)
from controller.bulletins.listening import check_listened
from controller.bulletins.queries import approval_of, get_bulletin, get_revision, rendering_of
from controller.bulletins.renderings import Speech, order_rendering
from controller.bulletins.tables import Approved, Bulletin, Rendering, Revision
from controller.bulletins.wording import clean_text, clean_title, digest_of
from controller.errors import BadInput, Conflict, NotAllowed
from controller.journal.usecases import record
from controller.operators.permissions import Act, Operator, OperatorId
from controller.operators.queries import require
from controller.operators.usecases import open_key
from controller.store.ids import new_id
from devices.messages import Approval, AreaCode, RecordingId, Role
from devices.signing import SigningKey, sign

APPROVAL_LIFE = timedelta(days=180)
"""A text that is read out half a year later deserves a new look."""


def draft_bulletin(
    session: Session,
    *,
    title: str,
    text: str,
    by: Operator,
    now: datetime,
    area: AreaCode | None = None,
    test: bool = False,
) -> Bulletin:
    """Write a new bulletin for an area (by default the author's own); its wording is revision 1."""
    bulletin = _begin(session, title=title, area=area or by.area, test=test, by=by, now=now)
    revision = _write(session, bulletin, text, by, now)
    record(session, by, "bulletin.drafted", bulletin.id, now, detail={"text_sha256": revision.text_sha256})
    return bulletin


def revise_bulletin(
    session: Session, bulletin_id: BulletinId, *, title: str, text: str, by: Operator, now: datetime
) -> Bulletin:
    """Give a draft (or a returned bulletin) a new wording; the ones before stay as they were."""
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    bulletin.state = after(bulletin.state, Action.REVISE)
    before = get_revision(session, bulletin_id, bulletin.revision)
    # The title is spoken too: another title is another wording, with its own author and recording.
    is_new = clean_title(title) != bulletin.title or digest_of(clean_text(text)) != before.text_sha256
    bulletin.title = clean_title(title)
    bulletin.changed_at = now
    if is_new:
        _write(session, bulletin, text, by, now)
    detail = {"revision": bulletin.revision}
    record(session, by, "bulletin.revised", bulletin.id, now, detail=detail)
    return bulletin


def submit_bulletin(
    session: Session, bulletin_id: BulletinId, *, by: Operator, now: datetime, speech: Speech | None = None
) -> Rendering:
    """Hand the newest wording in for approval, and order its recording: the approver listens to it too."""
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    bulletin.state = after(bulletin.state, Action.SUBMIT)
    bulletin.returned_reason = None
    bulletin.changed_at = now
    rendering = order_rendering(session, bulletin, speech or Speech(), now=now)
    record(session, by, "bulletin.submitted", bulletin.id, now, detail={"revision": bulletin.revision})
    return rendering


def approve_bulletin(
    session: Session,
    bulletin_id: BulletinId,
    *,
    revision: int,
    recording: RecordingId,
    by: Operator,
    password: str,
    now: datetime,
) -> Approved:
    """Approve exactly the wording that was read and the recording that was listened to.

    The recording must have been served to this very person (`note_listened`).
    `revision` and `recording` are what the approver had before them: if either is no longer the bulletin's,
    nothing is approved. The approver's key is opened with the password for this one signature.
    """
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.APPROVE, bulletin.area)
    _check_seen(session, bulletin, revision, recording)
    _check_other_person(session, bulletin, by)
    check_listened(session, by, recording)
    bulletin.state = after(bulletin.state, Action.APPROVE)
    bulletin.changed_at = now
    key = open_key(session, by, role=Role.APPROVER, password=password, now=now)
    approved = _approve(session, bulletin, recording, by=by, key=key, now=now)
    session.add(approved)
    session.flush()
    detail = {"revision": revision, "text_sha256": approved.text_sha256, "recording": recording}
    record(session, by, "bulletin.approved", bulletin.id, now, detail=detail | {"kid": key.kid})
    return approved


def recall_bulletin(session: Session, bulletin_id: BulletinId, *, by: Operator, now: datetime) -> None:
    """Take a submitted bulletin back before anybody has judged it; only who wrote it may."""
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    if by.id not in _authors(session, bulletin):
        raise NotAllowed("Chỉ người soạn mới lấy lại được bản tin đã gửi duyệt.", code="bulletin.not-own")
    bulletin.state = after(bulletin.state, Action.RECALL)
    bulletin.changed_at = now
    record(session, by, "bulletin.recalled", bulletin.id, now, detail={"revision": bulletin.revision})


def clone_bulletin(session: Session, bulletin_id: BulletinId, *, by: Operator, now: datetime) -> Bulletin:
    """Begin a new draft with the newest wording of another bulletin, in whatever state that is.

    Nothing else comes along: no approval, no airing, no legal act. It belongs to the same area.
    """
    model = get_bulletin(session, bulletin_id)
    wording = get_revision(session, bulletin_id, model.revision)
    bulletin = _begin(session, title=model.title, area=model.area, test=model.test, by=by, now=now)
    _write(session, bulletin, wording.text, by, now, kind=wording.kind, upload=wording.upload)
    detail = {"of": bulletin_id, "revision": model.revision}
    record(session, by, "bulletin.cloned", bulletin.id, now, detail=detail)
    return bulletin


def return_bulletin(
    session: Session, bulletin_id: BulletinId, *, reason: str, by: Operator, now: datetime
) -> None:
    """Give a submitted bulletin back to its author, with a reason."""
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.APPROVE, bulletin.area)
    if not reason.strip():
        raise BadInput("Hãy ghi lý do trả lại để người soạn biết cần sửa gì.", code="bulletin.no-reason")
    bulletin.state = after(bulletin.state, Action.RETURN)
    bulletin.returned_reason = reason.strip()
    bulletin.changed_at = now
    record(session, by, "bulletin.returned", bulletin.id, now, detail={"reason": reason.strip()})


def withdraw_bulletin(
    session: Session, bulletin_id: BulletinId, *, by: Operator, now: datetime, reason: str = ""
) -> None:
    """Take an approved bulletin off the air; what is sounding stops with the next plan."""
    bulletin = get_bulletin(session, bulletin_id, lock=True)
    require(session, by, Act.WITHDRAW, bulletin.area)
    bulletin.state = after(bulletin.state, Action.WITHDRAW)
    bulletin.changed_at = now
    approved = approval_of(session, bulletin_id, bulletin.revision)
    if approved is not None:
        approved.withdrawn_at = now
    cancel_airings_of(session, bulletin_id, reason="Bản tin đã bị rút.", by=by, now=now)
    record(session, by, "bulletin.withdrawn", bulletin_id, now, detail={"reason": reason.strip()})


def _begin(
    session: Session, *, title: str, area: AreaCode, test: bool, by: Operator, now: datetime
) -> Bulletin:
    require(session, by, Act.WRITE, area)
    bulletin = Bulletin(
        id=BulletinId(new_id(now)),
        title=clean_title(title),
        state=BulletinState.DRAFT,
        revision=0,
        author=by.id,
        area=area,
        test=test,
        created_at=now,
        changed_at=now,
    )
    session.add(bulletin)
    session.flush()
    return bulletin


def _write(
    session: Session,
    bulletin: Bulletin,
    text: str,
    by: Operator,
    now: datetime,
    *,
    kind: RevisionKind = RevisionKind.TEXT,
    upload: str | None = None,
) -> Revision:
    cleaned = clean_text(text)
    bulletin.revision += 1
    revision = Revision(
        bulletin=bulletin.id,
        number=bulletin.revision,
        text=cleaned,
        text_sha256=digest_of(cleaned),
        author=by.id,
        created_at=now,
        kind=kind,
        upload=upload,
    )
    session.add(revision)
    session.flush()
    return revision


def _check_seen(session: Session, bulletin: Bulletin, revision: int, recording: RecordingId) -> None:
    rendering = rendering_of(session, bulletin.id, bulletin.revision)
    if rendering is None or rendering.state is not RenderingState.READY or rendering.recording is None:
        raise Conflict("Tệp âm thanh chưa dựng xong nên chưa duyệt được.", code="bulletin.not-rendered")
    if (bulletin.revision, rendering.recording) != (revision, recording):
        raise Conflict(
            "Bản tin đã thay đổi sau khi mở trang. Hãy tải lại, đọc và nghe lại trước khi duyệt.",
            code="bulletin.changed",
        )


def _check_other_person(session: Session, bulletin: Bulletin, by: Operator) -> None:
    if by.id in _authors(session, bulletin):
        raise NotAllowed("Người soạn không được tự duyệt bản tin của mình.", code="bulletin.own")


def _authors(session: Session, bulletin: Bulletin) -> set[OperatorId]:
    return {bulletin.author, get_revision(session, bulletin.id, bulletin.revision).author}


def _approve(
    session: Session,
    bulletin: Bulletin,
    recording: RecordingId,
    *,
    by: Operator,
    key: SigningKey,
    now: datetime,
) -> Approved:
    text_sha256 = get_revision(session, bulletin.id, bulletin.revision).text_sha256
    approval = Approval(
        bulletin=bulletin.id,
        revision=bulletin.revision,
        text_sha256=text_sha256,
        recording=recording,
        approver=by.name,
        approved_at=now,
        expires_at=now + APPROVAL_LIFE,
        test=bulletin.test,
    )
    return Approved(
        bulletin=bulletin.id,
        revision=bulletin.revision,
        approver=by.id,
        text_sha256=text_sha256,
        recording=recording,
        kid=key.kid,
        jws=sign(approval, key),
        approved_at=now,
        expires_at=now + APPROVAL_LIFE,
    )
