"""Publishing at the hub's own station: what its approvers approved becomes files of a folder that is served.

A feed is signed anew each day, also where nothing changed: a province sees by its age that it is held back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.bulletins.in_force import is_in_force
from controller.features.bulletins.queries import get_recording, get_revision, usable_bulletin
from controller.features.hub.documents import (
    DOCUMENTS,
    FEED,
    FEED_TYP,
    LONGEST_FEED,
    MOST_DOCUMENTS,
    RECORDINGS,
    DocumentFile,
    Feed,
    ListedApprover,
    ListedDocument,
    newest_version,
    read_feed,
)
from controller.features.journal.service import record
from controller.model.accounts import Account, HeldKey
from controller.model.bulletin_states import RevisionKind
from controller.model.bulletins import Approved, Bulletin
from controller.model.permissions import Act, Operator
from controller.model.plan_states import next_version
from controller.store import Store
from devices.ids import AreaCode, Grade, Role
from devices.jose import SigningKey, read_payload
from devices.messages import Manifest
from devices.not_trusted import NotTrusted
from devices.statements import Approval, Key
from devices.wire_types import Malformed, parse
from tts.files import LEFTOVER, sweep_leftovers, write_whole
from tts.recordings import RecordingId, RecordingStore


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """What was published: the feed's version, how many documents are in force, the digests of new ones."""

    version: int
    documents: int
    added: tuple[str, ...]


def publish_documents(
    store: Store,
    recordings: RecordingStore,
    folder: Path,
    bulletins: Sequence[str],
    *,
    key: SigningKey,
    by: Operator,
    now: datetime,
) -> PublishedFeed:
    """Add approved bulletins to the folder, leave out what is in force no more, and sign the feed.

    Killed at any instant, the folder holds the former feed or the new one, and all files of either.
    """
    with store.write() as session:
        require(session, by, Act.RULE, top_area(session).code)
        before = _feed_in(session, folder)
        sweep_leftovers(folder.rglob(f"*{LEFTOVER}"))
        wanted = [usable_bulletin(session, one, by) for one in bulletins]
        added = [_file_of(session, recordings, folder, one, now) for one in wanted]
        kept = [one for one in before.documents if _is_good(session, folder, one, now)] if before else []
        listed = {one.sha256: one for one in [*kept, *added]}
        if len(listed) > MOST_DOCUMENTS:
            raise Conflict(f"Trung tâm nêu nhiều nhất {MOST_DOCUMENTS} văn bản một lúc.", code="hub.too-many")
        feed = Feed(
            version=_next(before, now),
            issued_at=now,
            hub=top_area(session).name,
            approvers=tuple(_approvers(session)),
            documents=tuple(listed.values()),
        )
        names = tuple(one.sha256 for one in added)
        record(session, by, "hub.published", str(feed.version), now, detail={"documents": list(names)})
        write_whole(folder / FEED, key.sign_bytes(feed.payload(), FEED_TYP).encode())
    return PublishedFeed(feed.version, len(listed), names)


def _next(before: Feed | None, now: datetime) -> int:
    """Return the next version; one of the future, by a clock that was wrong, no province has taken."""
    known = before.version if before else 0
    return next_version(known if known <= newest_version(now) else 0, now)


def _feed_in(session: Session, folder: Path) -> Feed | None:
    """Return the feed that lies in the folder; BadInput for one that this station did not sign."""
    publics = session.scalars(select(HeldKey.public).where(HeldKey.role == Role.STATION)).all()
    try:
        with (folder / FEED).open("rb") as file:
            return read_feed(file.read(LONGEST_FEED), publics)
    except FileNotFoundError:
        return None
    except (NotTrusted, Malformed) as error:
        raise BadInput(
            f"Trong «{folder}» có danh sách của đài khác. Chưa có gì thay đổi.", code="hub.other-folder"
        ) from error


def _file_of(
    session: Session, recordings: RecordingStore, folder: Path, bulletin: Bulletin, now: datetime
) -> ListedDocument:
    """Write the files of an approved bulletin, and return how the feed names it."""
    approved = _approval_in_force(session, bulletin, now)
    revision = get_revision(session, bulletin.id, bulletin.revision)
    unfit = bulletin.test or revision.alert or revision.kind is not RevisionKind.TEXT
    if approved is None or unfit or bulletin.highest_grade is Grade.EMERGENCY:
        raise Conflict(
            f"«{bulletin.title}» không đưa lên trung tâm được: phải là văn bản đọc, đã duyệt và còn hiệu "
            "lực, không phải bản thử, không phải khẩn cấp. Chưa có gì thay đổi.",
            code="hub.unfit",
        )
    manifest = Manifest.model_validate(get_recording(session, approved.recording).manifest)
    manner = revision.manner
    document = DocumentFile(
        title=bulletin.title,
        text=revision.text,
        issuer=manner.issuer,
        readings=manner.readings,
        words=manner.words,
        pace=manner.pace,
        reading_register=manner.register,
        engine=manner.engine,
        voice=manner.voice,
        manifest=manifest,
        approval=approved.jws,
    )
    content = document.payload()
    sha256 = hashlib.sha256(content).hexdigest()
    write_whole(folder / RECORDINGS / approved.recording, recordings.read(RecordingId(approved.recording)))
    write_whole(folder / DOCUMENTS / sha256, content)
    areas = tuple(AreaCode(area) for area in approved.areas or ())
    return ListedDocument(sha256=sha256, areas=areas, kid=approved.kid, recording=approved.recording)


def _approval_in_force(session: Session, bulletin: Bulletin, now: datetime) -> Approved | None:
    query = (
        select(Approved)
        .join(Bulletin, Bulletin.id == Approved.bulletin)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Bulletin.id == bulletin.id, Approved.revision == bulletin.revision, *is_in_force(now))
    )
    return session.scalar(query)


def _is_good(session: Session, folder: Path, listed: ListedDocument, now: datetime) -> bool:
    """Whether a document that was published is still approved by the very statement that it carries."""
    try:
        document = parse(DocumentFile, (folder / DOCUMENTS / listed.sha256).read_bytes())
    except (OSError, Malformed):
        return False
    approval = Approval.model_validate(read_payload(document.approval), extra="ignore")
    bulletin = session.get(Bulletin, approval.bulletin)
    approved = None if bulletin is None else _approval_in_force(session, bulletin, now)
    return approved is not None and approved.jws == document.approval


def _approvers(session: Session) -> list[ListedApprover]:
    """Return the approvers' keys that the root has signed, with their ends."""
    query = (
        select(HeldKey, Account)
        .join(Account, Account.id == HeldKey.holder)
        .where(HeldKey.role == Role.APPROVER, HeldKey.area.is_not(None))
        .order_by(HeldKey.kid)
    )
    return [
        ListedApprover(key=_key(held, account), name=account.display_name[:100])
        for held, account in session.execute(query)
    ]


def _key(held: HeldKey, account: Account) -> Key:
    compromised = held.compromised_at and (held.compromised_since or held.not_before)
    return Key(
        kid=held.kid,
        role=Role.APPROVER,
        public=held.public,
        not_before=held.not_before,
        not_after=held.not_after,
        holder=account.name,
        area=held.area,
        alg=held.alg,
        rp_id=held.rp_id,
        retired_at=held.retired_at,
        compromised_since=compromised,
    )
