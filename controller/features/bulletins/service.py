"""Writes of bulletins: from draft to approval and back; one function, one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.accounts.key_checks import check_key
from controller.features.accounts.queries import require
from controller.features.accounts.service import OnePassword, open_one
from controller.features.bulletins.authorships import needed_authorship
from controller.features.bulletins.comments import number_of_comments
from controller.features.bulletins.listening_proof import ListeningProof, check_heard
from controller.features.bulletins.must_hear import ToHear
from controller.features.bulletins.notifications import tell_handed_in, tell_returned
from controller.features.bulletins.placeholders import check_filled
from controller.features.bulletins.queries import (
    get_bulletin,
    get_revision,
    items_of,
    rendering_of,
    usable_bulletin,
)
from controller.features.bulletins.reapproval import check_due_again, keep_approval
from controller.features.bulletins.renderings import order_rendering
from controller.features.bulletins.revision_writes import write_revision
from controller.features.bulletins.signed_approvals import signed_approval
from controller.features.bulletins.topics import set_topic
from controller.features.journal.service import record
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinId,
    BulletinState,
    RenderingState,
    RevisionKind,
    after,
)
from controller.model.bulletins import USUAL_HIGHEST_GRADE, Approved, Bulletin, Rendering
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator, OperatorId
from controller.model.speech import Speech
from controller.model.wording import (
    PLAIN,
    Manner,
    clean_manner,
    clean_text,
    clean_title,
    digest_of,
    with_words_of,
)
from controller.store import one_write
from devices.ids import AreaCode, Grade, RecordingId, Role

_CHANGED = "Bản tin đã thay đổi sau khi mở trang. Hãy tải lại, đọc và nghe lại trước khi duyệt."


@one_write
def draft_bulletin(
    session: Session,
    *,
    title: str,
    text: str,
    by: Operator,
    now: datetime,
    area: AreaCode | None = None,
    test: bool = False,
    upload: str | None = None,
    manner: Manner = PLAIN,
    topic: str | None = None,
) -> Bulletin:
    """Write a new bulletin for an area (by default the author's own); its wording is revision 1.

    `upload`: the digest of a sound file that was brought along; the text then tells what is in it.
    """
    bulletin = begin_bulletin(session, title=title, area=area or by.area, test=test, by=by, now=now)
    revision = write_revision(session, bulletin, text, by, now, upload=upload, manner=manner)
    detail = {"text_sha256": revision.text_sha256} | ({"upload": upload} if upload else {})
    record(session, by, "bulletin.drafted", bulletin.id, now, detail=detail)
    if topic:
        set_topic(session, bulletin.id, topic, by=by, now=now)
    return bulletin


@one_write
def revise_bulletin(
    session: Session,
    bulletin_id: str,
    *,
    title: str | None = None,
    text: str | None = None,
    by: Operator,
    now: datetime,
    upload: str | None = None,
    manner: Manner | None = None,
    based_on: int | None = None,
) -> Bulletin:
    """Give a draft (or a returned bulletin) a new wording; the ones before stay as they were.

    Without another `upload` a bulletin that was brought as sound keeps the one that it has; so it is
    with `title`, `text` and `manner`. `based_on`: the revision that was changed; Conflict if there is a
    newer one.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    check_newest(bulletin, based_on)
    bulletin.state = after(bulletin.state, BulletinAction.REVISE)
    before = get_revision(session, bulletin.id, bulletin.revision)
    if before.kind is RevisionKind.PROGRAMME:
        raise Conflict("Đây là một chương trình: hãy sửa từng mục của nó.", code="programme.not-a-text")
    # The title is spoken too: another title is another wording, with its own author and recording.
    upload = upload or before.upload
    manner = clean_manner(manner or (before.manner if upload is None else PLAIN))
    text = before.text if text is None else text
    title = bulletin.title if title is None else clean_title(title)
    manner = with_words_of(manner, title, manner.issuer, text)
    same_words = title == bulletin.title and digest_of(clean_text(text), manner) == before.text_sha256
    bulletin.title = title
    bulletin.changed_at = now
    if bulletin.variant_of is not None:  # the person who changes it now has seen the other's newest wording
        bulletin.of_revision = get_bulletin(session, bulletin.variant_of).revision
    if not same_words or upload != before.upload:
        write_revision(session, bulletin, text, by, now, upload=upload, manner=manner)
    record(session, by, "bulletin.revised", bulletin.id, now, detail={"revision": bulletin.revision})
    return bulletin


@one_write
def submit_bulletin(
    session: Session,
    bulletin_id: str,
    *,
    by: Operator,
    now: datetime,
    speech: Speech | None = None,
    highest_grade: Grade | None = None,
) -> Rendering:
    """Hand the newest wording in for approval, and order its recording: the approver listens to it too.

    `highest_grade`: what the approver is asked for; None: as it was asked before, usually priority; what
    begins with the alert tone is for emergencies.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    bulletin.state = after(bulletin.state, BulletinAction.SUBMIT)
    check_items(session, bulletin)
    _check_filled(session, bulletin)
    bulletin.returned_reason = None
    bulletin.changed_at = now
    is_alert = get_revision(session, bulletin.id, bulletin.revision).alert
    ask_for_grade(bulletin, Grade.EMERGENCY if is_alert else highest_grade or bulletin.highest_grade)
    tell_handed_in(session, bulletin, now=now)
    rendering = order_rendering(session, bulletin, speech or Speech(), now=now)
    detail = {"revision": bulletin.revision, "highest_grade": bulletin.highest_grade}
    record(session, by, "bulletin.submitted", bulletin.id, now, detail=detail)
    return rendering


def ask_for_grade(bulletin: Bulletin, highest: Grade) -> None:
    """Ask for another highest grade, of a bulletin that nobody was asked to approve yet."""
    if bulletin.test and highest is Grade.EMERGENCY:
        raise BadInput("Bản tin thử không được phát ở mức khẩn cấp.", code="airing.test-emergency")
    bulletin.highest_grade = highest


@one_write
def approve_bulletin(
    session: Session,
    bulletin_id: str,
    *,
    revision: int,
    recording: RecordingId,
    by: Operator,
    password: OnePassword,
    now: datetime,
    declared: bool = False,
    highest_grade: Grade = USUAL_HIGHEST_GRADE,
    needed: ToHear | None = None,
) -> Approved:
    """Approve exactly the wording that was read and the recording that was listened to.

    The recording must have been served to this very person (`note_served`), and what is `needed` of it
    (None: all) played to its end (`note_played`), unless the person declares that they heard it otherwise;
    the journal says which, how much was played, and which phrases.
    `revision`, `recording` and `highest_grade` are what the approver had before them: if any is no longer the
    bulletin's, nothing is approved. The approver's key is opened with the password for this one signature.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    heard = check_approvable(
        session, bulletin, revision, recording, by=by, declared=declared, needed=needed, now=now
    )
    if bulletin.highest_grade is not highest_grade:
        raise Conflict(_CHANGED, code="bulletin.changed", facts={"highest_grade": bulletin.highest_grade})
    bulletin.state = after(bulletin.state, BulletinAction.APPROVE)
    bulletin.changed_at = now
    key = open_one(session, by, role=Role.APPROVER, password=password, now=now)
    approved = signed_approval(session, bulletin, recording, by=by, key=key, now=now)
    keep_approval(session, approved, now)
    detail = {"revision": revision, "text_sha256": approved.text_sha256, "recording": recording}
    detail |= {"area": bulletin.area, "highest_grade": bulletin.highest_grade}
    detail |= {"kid": key.kid, "played_ms": heard.played_ms, "duration_ms": heard.duration_ms}
    detail |= needed.told(heard.spans) if needed else {}
    detail |= {"declared": True} if declared else {}
    record(session, by, "bulletin.approved", bulletin.id, now, detail=detail)
    return approved


def check_approvable(
    session: Session,
    bulletin: Bulletin,
    revision: int,
    recording: RecordingId,
    *,
    by: Operator,
    declared: bool,
    now: datetime,
    needed: ToHear | None = None,
) -> ListeningProof:
    """Raise what prevents this person's approval, apart from the password; also checked before hashing.

    Returns what the person has heard of the recording.
    """
    require(session, by, Act.APPROVE, bulletin.area)
    check_key(session, by, Role.APPROVER, now, bulletin.area)
    _check_visible(session, bulletin, revision, recording)
    _check_other_person(session, bulletin, by)
    check_items(session, bulletin)
    needed_authorship(session, bulletin, recording, now)
    heard = check_heard(session, by, recording, declared=declared, needed=needed)
    after(bulletin.state, BulletinAction.APPROVE)
    check_due_again(session, bulletin, now)
    return heard


@one_write
def recall_bulletin(session: Session, bulletin_id: str, *, by: Operator, now: datetime) -> Bulletin:
    """Recall a submitted bulletin before it is approved or returned; only its author may."""
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    draft = after(bulletin.state, BulletinAction.RECALL)
    if by.id not in _authors(session, bulletin):
        raise NotAllowed("Chỉ người soạn mới lấy lại được bản tin đã gửi duyệt.", code="bulletin.not-own")
    bulletin.state = draft
    bulletin.changed_at = now
    record(session, by, "bulletin.recalled", bulletin.id, now, detail={"revision": bulletin.revision})
    return bulletin


@one_write
def clone_bulletin(session: Session, bulletin_id: str, *, by: Operator, now: datetime) -> Bulletin:
    """Begin a new draft with the newest wording of another bulletin, in whatever state that is.

    Only its topic is copied as well: no approval, no airing, no legal act. It belongs to the same area, and
    remembers what it was made from.
    """
    model = usable_bulletin(session, bulletin_id, by)
    wording = get_revision(session, model.id, model.revision)
    if wording.kind is RevisionKind.PROGRAMME:
        raise Conflict(
            "Chưa nhân bản được chương trình; hãy tạo chương trình mới.", code="programme.not-a-text"
        )
    bulletin = begin_bulletin(session, title=model.title, area=model.area, test=model.test, by=by, now=now)
    bulletin.topic = model.topic
    bulletin.cloned_from, bulletin.cloned_revision = model.id, model.revision
    write_revision(session, bulletin, wording.text, by, now, upload=wording.upload, manner=wording.manner)
    detail = {"of": bulletin_id, "revision": model.revision}
    record(session, by, "bulletin.cloned", bulletin.id, now, detail=detail)
    return bulletin


@one_write
def return_bulletin(session: Session, bulletin_id: str, *, reason: str, by: Operator, now: datetime) -> None:
    """Return a submitted bulletin to its author, with a reason; comments at sentences are one."""
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.APPROVE, bulletin.area)
    comments = number_of_comments(session, bulletin)
    reason = reason.strip() or (f"Xem góp ý ở {comments} câu." if comments else "")
    if not reason:
        raise BadInput("Hãy ghi lý do trả lại để người soạn biết cần sửa gì.", code="bulletin.no-reason")
    bulletin.state = after(bulletin.state, BulletinAction.RETURN)
    bulletin.returned_reason = reason
    bulletin.changed_at = now
    tell_returned(session, bulletin, by=by, now=now)
    record(session, by, "bulletin.returned", bulletin.id, now, detail={"reason": reason})


def check_newest(bulletin: Bulletin, based_on: int | None) -> None:
    """Raise Conflict where another wording was saved since the revision that a person began with."""
    if based_on is not None and based_on != bulletin.revision:
        raise Conflict(
            "Trong lúc bạn sửa, bản tin này đã có nội dung mới hơn, nên chữ của bạn chưa được lưu. "
            "Hãy xem hai bản rồi chọn.",
            code="bulletin.newer",
            facts={"revision": bulletin.revision},
        )


def _check_filled(session: Session, bulletin: Bulletin) -> None:
    wording = get_revision(session, bulletin.id, bulletin.revision)
    if wording.kind is RevisionKind.PROGRAMME:  # the bulletins that it holds were checked by themselves
        items = items_of(session, bulletin.id, bulletin.revision)
        check_filled(bulletin.title, *(item.text or "" for item in items))
    else:
        check_filled(wording.issuer, bulletin.title, wording.text)


def check_items(session: Session, bulletin: Bulletin) -> None:
    """Raise Conflict where a programme holds a bulletin that is not approved (any more)."""
    for item in items_of(session, bulletin.id, bulletin.revision):
        if item.item is None:
            continue
        held = get_bulletin(session, item.item)
        if (held.state, held.revision) != (BulletinState.APPROVED, item.item_revision):
            raise Conflict(
                f"Bản tin «{held.title}» trong chương trình chưa được duyệt hoặc đã bị rút.",
                code="programme.not-approved",
            )


def begin_bulletin(
    session: Session, *, title: str, area: AreaCode, test: bool, by: Operator, now: datetime
) -> Bulletin:
    """Add a bulletin that has no wording yet; the same transaction writes one."""
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


def _check_visible(session: Session, bulletin: Bulletin, revision: int, recording: RecordingId) -> None:
    rendering = rendering_of(session, bulletin.id, bulletin.revision)
    if rendering is None or rendering.state is not RenderingState.READY or rendering.recording is None:
        raise Conflict("Tệp âm thanh chưa dựng xong nên chưa duyệt được.", code="bulletin.not-rendered")
    if bulletin.variant_of is not None:
        base = get_bulletin(session, bulletin.variant_of)
        if base.revision != bulletin.of_revision:
            raise Conflict(
                "Bản tin gốc đã có nội dung mới, nên bản bằng tiếng này không còn khớp. Hãy trả lại để sửa.",
                code="variant.outdated",
            )
    if (bulletin.revision, rendering.recording) != (revision, recording):
        raise Conflict(_CHANGED, code="bulletin.changed")


def _check_other_person(session: Session, bulletin: Bulletin, by: Operator) -> None:
    if by.id in _authors(session, bulletin):
        raise NotAllowed("Người soạn không được tự duyệt bản tin của mình.", code="bulletin.own")


def _authors(session: Session, bulletin: Bulletin) -> set[OperatorId]:
    return {bulletin.author, get_revision(session, bulletin.id, bulletin.revision).author}
