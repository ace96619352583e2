"""Writes of the hub by a province's people: which approvers are accepted, and what is taken of a document."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.key_retirement import retire_key
from controller.features.accounts.queries import require, requires_passkeys
from controller.features.accounts.service import NAME
from controller.features.areas.queries import get_area, top_area
from controller.features.bulletins.reapproval import keep_approval
from controller.features.bulletins.revision_writes import write_revision
from controller.features.bulletins.service import draft_bulletin
from controller.features.hub.documents import DocumentFile, ListedApprover
from controller.features.hub.queries import exchange, feed_of, known_document, why_not
from controller.features.hub.schemas import ApproverAsked, TakenDocument
from controller.features.journal.service import record
from controller.features.notices.service import take_back
from controller.model.accounts import Account, HeldKey
from controller.model.bulletin_states import BulletinId, BulletinState, RenderingId, RenderingState
from controller.model.bulletins import Approved, Bulletin, Rendering
from controller.model.hub import HubApprover, HubDocument
from controller.model.new_ids import new_id
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator, OperatorId
from controller.store import one_write
from devices.ids import AreaCode, Grade, Role
from devices.jose import read_payload
from devices.passkeys import WEBAUTHN
from devices.statements import Approval, Key
from devices.wire_types import parse

AT_THE_HUB: Final = "hub"
"""The engine of a recording that the hub made."""


@one_write
def accept_approver(session: Session, asked: ApproverAsked, *, by: Operator, now: datetime) -> HubApprover:
    """Accept an approver whom the hub names, or accept another grade of one who is accepted.

    With a grade the key waits for the root's signature, as that of the province's own approvers: until then
    loudspeakers refuse what it signed. Raises NotFound, Conflict, BadInput.
    """
    province = top_area(session).code
    require(session, by, Act.RULE, province)
    area = get_area(session, AreaCode(asked.area or province)).code
    listed = _listed(session, asked.kid)
    grade = None if asked.grade is None else Grade(asked.grade)
    row = session.get(HubApprover, listed.key.kid, with_for_update=True)
    _refuse_again(session, row, listed, area, grade)
    if row is None:
        row = HubApprover(
            kid=listed.key.kid,
            holder=listed.key.holder or "",
            name=listed.name,
            key=listed.key.model_dump(mode="json"),
            area=area,
            accepted_by=by.id,
            accepted_at=now,
        )
        session.add(row)
    row.grade = grade
    session.flush()
    if grade is not None and session.get(HeldKey, row.kid) is None:
        _add_key(session, row, listed.key, now)
    detail = {"holder": row.holder, "grade": grade, "area": area, "public": listed.key.public}
    record(session, by, "hub.approver-accepted", row.kid, now, detail=detail)
    return row


@one_write
def end_approver(session: Session, kid: str, *, by: Operator, now: datetime) -> HubApprover:
    """Accept no more of an approver; what was taken stays good for its own time. Repeating changes nothing.

    A stolen key is declared compromised beside this (`loa keys compromise`): then nothing of it sounds.
    """
    require(session, by, Act.RULE, top_area(session).code)
    row = session.get(HubApprover, kid, with_for_update=True)
    if row is None:
        raise NotFound("Tỉnh chưa nhận người duyệt này.", code="hub.no-approver")
    if row.ended_at is None:
        row.ended_at = now
        retire_key(session, row.kid, now=now)
        record(session, by, "hub.approver-ended", row.kid, now, detail={"holder": row.holder})
    return row


@one_write
def take_document(session: Session, sha256: str, *, by: Operator, now: datetime) -> TakenDocument:
    """Make a bulletin of a document: approved by the hub's approver where that counts here, else a draft.

    Nothing is planned by it. Raises NotFound, NotAllowed, Conflict where it was taken before or is gone.
    """
    row = known_document(session, sha256, by)
    require(session, by, Act.WRITE, row.area)
    if row.bulletin is not None:
        raise Conflict("Văn bản này đã được nhận về rồi.", code="hub.taken", facts={"bulletin": row.bulletin})
    if row.gone_at is not None:
        raise Conflict("Trung tâm không còn nêu văn bản này, nên không nhận về nữa.", code="hub.gone")
    approver = session.get_one(HubApprover, row.kid)
    counts = not why_not(session, row, approver, feed_of(exchange(session)), now)
    document = parse(DocumentFile, row.content)
    if counts:
        bulletin = _approved(session, row, document, by=by, now=now)
    else:
        bulletin = draft_bulletin(
            session,
            title=document.title,
            text=document.text,
            area=row.area,
            manner=document.manner,
            by=by,
            now=now,
        ).id
    row.bulletin, row.taken_at, row.taken_by = bulletin, now, by.id
    take_back(session, NoticeKind.DOCUMENT_CAME, sha256, "Đã nhận về.", now=now)
    detail = {"document": sha256, "holder": approver.holder, "approved": counts}
    record(session, by, "hub.document-taken", bulletin, now, detail=detail)
    return TakenDocument(bulletin=bulletin, counts=counts)


def _refuse_again(
    session: Session, row: HubApprover | None, listed: ListedApprover, area: AreaCode, grade: Grade | None
) -> None:
    if row is not None and (row.ended_at is not None or row.area != area):
        raise Conflict(
            "Khóa này đã được nhận cho địa bàn khác, hoặc tỉnh đã thôi nhận. Chưa có gì thay đổi. Cần nhận "
            "lại thì Bộ phải cấp cho người duyệt một khóa mới.",
            code="hub.accepted-before",
        )
    if grade is not None and requires_passkeys(session) and listed.key.alg != WEBAUTHN:
        raise Conflict(
            "Tỉnh chỉ nhận chữ ký bằng thiết bị (passkey), mà khóa này mở bằng mật khẩu. Có thể nhận "
            "làm bản nháp.",
            code="hub.no-passkey",
        )


def _listed(session: Session, kid: str) -> ListedApprover:
    feed = feed_of(exchange(session))
    found = next((one for one in feed.approvers if one.key.kid == kid), None) if feed else None
    if found is None or found.key.has_end:
        raise NotFound("Trung tâm không nêu người duyệt này, hoặc khóa đã thôi dùng.", code="hub.no-approver")
    return found


def _add_key(session: Session, row: HubApprover, key: Key, now: datetime) -> None:
    """Keep the key, of an account that nobody can sign in with; the root signs it into the key set."""
    account = session.scalar(select(Account).where(Account.name == row.holder))
    if account is not None:
        _refuse_account(session, account, row)
        account.area = row.area
    else:
        if not NAME.fullmatch(row.holder):
            raise BadInput(f"Tên «{row.holder}» không dùng được ở đài này.", code="hub.bad-name")
        account = Account(
            id=OperatorId(new_id(now)),
            name=row.holder,
            display_name=row.name,
            roles=[],
            area=row.area,
            password_hash="",
            created_at=now,
            disabled_at=now,
        )
        session.add(account)
        session.flush()
    times = {"not_before": key.not_before, "not_after": key.not_after}
    held = HeldKey(
        kid=key.kid,
        role=Role.APPROVER,
        public=key.public,
        holder=account.id,
        alg=key.alg,
        rp_id=key.rp_id,
        **times,
    )
    session.add(held)
    session.flush()


def _refuse_account(session: Session, account: Account, row: HubApprover) -> None:
    """Refuse the account of somebody of the province, and one whose other key is accepted for another area.

    Loudspeakers tell people by name, and accept all keys of an account in its area.
    """
    theirs = session.scalars(
        select(HubApprover).join(HeldKey, HeldKey.kid == HubApprover.kid).where(HeldKey.holder == account.id)
    ).all()
    if not theirs:
        raise Conflict(
            f"Tỉnh đã có tài khoản tên {row.holder}, trùng tên người duyệt của Bộ, mà loa phân biệt người "
            "bằng tên. Chưa có gì thay đổi. Hãy nhờ Bộ đặt tên khác cho người ấy.",
            code="hub.name-taken",
        )
    if any(one.ended_at is None and one.area != row.area for one in theirs):
        raise Conflict(
            "Người này đang được nhận cho địa bàn khác bằng một khóa khác. Chưa có gì thay đổi. Hãy thôi "
            "nhận khóa ấy trước.",
            code="hub.accepted-elsewhere",
        )


def _approved(
    session: Session, row: HubDocument, document: DocumentFile, *, by: Operator, now: datetime
) -> BulletinId:
    """Write the bulletin as the hub's approver approved it: same id, wording, recording and statement."""
    approval = Approval.model_validate(read_payload(document.approval), extra="ignore")
    held = session.get_one(HeldKey, row.kid)
    approver = session.get_one(Account, held.holder).operator()
    bulletin = _bulletin(session, row, approval, by=by, now=now)
    revision = write_revision(session, bulletin, document.text, by, now, manner=document.manner)
    if revision.text_sha256 != approval.text_sha256:
        raise Conflict("Văn bản không khớp với phê duyệt nên không nhận về được.", code="hub.other-text")
    session.add(_rendering(bulletin, document, now))
    approved = _statement(row, document, approval, bulletin, now)
    approved.approver = approver.id
    keep_approval(session, approved, now)
    detail = {"revision": bulletin.revision, "text_sha256": approved.text_sha256}
    detail |= {"recording": approved.recording, "area": row.area, "highest_grade": approval.grade}
    detail |= {"kid": row.kid, "hub": row.sha256}
    record(session, approver, "bulletin.approved", bulletin.id, now, detail=detail)
    return bulletin.id


def _bulletin(
    session: Session, row: HubDocument, approval: Approval, *, by: Operator, now: datetime
) -> Bulletin:
    name = BulletinId(approval.bulletin)
    if session.get(Bulletin, name) is not None:
        raise Conflict(
            "Đài đã có bản tin mang mã của văn bản này nên không nhận về được.", code="hub.id-taken"
        )
    bulletin = Bulletin(
        id=name,
        title=row.title,
        state=BulletinState.APPROVED,
        revision=approval.revision - 1,  # write_revision counts on
        author=by.id,
        area=row.area,
        test=False,
        created_at=now,
        changed_at=now,
        highest_grade=approval.grade,
    )
    session.add(bulletin)
    session.flush()
    return bulletin


def _statement(
    row: HubDocument, document: DocumentFile, approval: Approval, bulletin: Bulletin, now: datetime
) -> Approved:
    """Return the approval's row, dated by when the station sees it: plans state that as witnessed."""
    return Approved(
        bulletin=bulletin.id,
        revision=approval.revision,
        text_sha256=approval.text_sha256,
        recording=approval.recording,
        kid=row.kid,
        jws=document.approval,
        approved_at=now,
        expires_at=approval.expires_at,
        areas=list(approval.areas),
        grade=approval.grade,
        valid_from=approval.valid_from,
    )


def _rendering(bulletin: Bulletin, document: DocumentFile, now: datetime) -> Rendering:
    return Rendering(
        id=RenderingId(new_id(now)),
        bulletin=bulletin.id,
        revision=bulletin.revision,
        state=RenderingState.READY,
        engine=AT_THE_HUB,
        voice="",
        rate=1.0,
        register=document.reading_register or "radio",
        ordered_at=now,
        ended_at=now,
        recording=document.manifest.recording,
        engine_used=AT_THE_HUB,
    )
