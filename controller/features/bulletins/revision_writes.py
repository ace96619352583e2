"""Writes of wordings: each written once and never changed."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.model.bulletin_states import RevisionKind
from controller.model.bulletins import Bulletin, Revision
from controller.model.permissions import Operator, OperatorId
from controller.model.wording import PLAIN, Manner, clean_manner, clean_text, digest_of, with_words_of


def write_revision(
    session: Session,
    bulletin: Bulletin,
    text: str,
    by: Operator,
    now: datetime,
    *,
    upload: str | None = None,
    kind: RevisionKind | None = None,
    manner: Manner = PLAIN,
    author: OperatorId | None = None,
) -> Revision:
    """Write the next wording; `author`: whose it stays where `by` only mended letters of it."""
    cleaned, manner = clean_text(text), clean_manner(manner)
    manner = with_words_of(manner, bulletin.title, manner.issuer, cleaned)
    if bulletin.test and manner.alert:
        raise BadInput("Bản tin thử không được mở đầu bằng tín hiệu báo động.", code="airing.test-emergency")
    if upload is not None and replace(manner, alert=False) != PLAIN:
        raise BadInput(
            "Bản tin này là tệp ghi âm, loa phát đúng như tệp. "
            "Hãy bỏ trống cơ quan thông báo, cách đọc riêng, và chọn đọc một lần.",
            code="bulletin.not-read",
        )
    bulletin.revision += 1
    revision = Revision(
        bulletin=bulletin.id,
        number=bulletin.revision,
        text=cleaned,
        text_sha256=digest_of(cleaned, manner),
        author=author or by.id,
        corrected_by=by.id if author else None,
        created_at=now,
        kind=kind or (RevisionKind.TEXT if upload is None else RevisionKind.AUDIO),
        upload=upload,
        **manner.columns,
    )
    session.add(revision)
    session.flush()
    return revision
