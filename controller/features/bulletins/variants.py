"""Variants of a bulletin in other languages: bulletins of their own, brought as sound, approved as any."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.bulletins.in_force import is_in_force
from controller.features.bulletins.queries import get_revision, usable_bulletin, variants_of
from controller.features.bulletins.service import draft_bulletin
from controller.model.accounts import HeldKey
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Approved, Bulletin, Recording, Rendering
from controller.model.languages import VIETNAMESE, LanguageCode, languages
from controller.model.permissions import Operator
from controller.model.wording import LONGEST_TITLE, Manner
from controller.store import one_write


@one_write
def add_variant(
    session: Session,
    bulletin_id: str,
    *,
    language: LanguageCode,
    text: str,
    upload: str,
    by: Operator,
    now: datetime,
) -> Bulletin:
    """Add the bulletin's newest wording in another language; a draft until it is submitted.

    `text` shows an approver what is said. There is at most one variant per language and wording.
    """
    base = usable_bulletin(session, bulletin_id, by, lock=True)
    _check(session, base, language)
    name = languages()[language].name
    variant = draft_bulletin(
        session,
        title=f"{base.title[: LONGEST_TITLE - len(name) - 3]} ({name})",
        text=text,
        area=base.area,
        test=base.test,
        upload=upload,
        manner=Manner(alert=get_revision(session, base.id, base.revision).alert),
        by=by,
        now=now,
    )
    variant.variant_of, variant.language, variant.of_revision = base.id, language, base.revision
    variant.highest_grade = base.highest_grade
    session.flush()
    return variant


def _check(session: Session, base: Bulletin, language: LanguageCode) -> None:
    if language not in languages() or language == VIETNAMESE:
        raise BadInput("Không có ngôn ngữ này trong danh sách.", code="variant.language")
    if base.variant_of is not None:
        raise Conflict("Đây đã là bản bằng tiếng khác; hãy thêm vào bản tin gốc.", code="variant.of-variant")
    if base.state is BulletinState.WITHDRAWN:
        raise Conflict("Bản tin gốc đã bị rút.", code="bulletin.withdrawn")
    for one in variants_of(session, base.id):
        same = one.language == language and one.of_revision == base.revision
        if same and one.state is not BulletinState.WITHDRAWN:
            raise Conflict(
                f"Đã có bản {languages()[language].name} cho nội dung này. Hãy sửa bản đó.",
                code="variant.there",
            )


def approved_variants(
    session: Session, base: BulletinId, revision: int, now: datetime
) -> dict[LanguageCode, tuple[Approved, Recording]]:
    """Return the variants of a wording that may be aired now, by language: approved as anything is."""
    query = (
        select(Bulletin.language, Approved, Recording)
        .join(Approved, (Approved.bulletin == Bulletin.id) & (Approved.revision == Bulletin.revision))
        .join(Rendering, (Rendering.bulletin == Bulletin.id) & (Rendering.revision == Bulletin.revision))
        .join(Recording, Recording.id == Approved.recording)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Bulletin.variant_of == base, Bulletin.of_revision == revision)
        .where(Rendering.recording == Approved.recording, *is_in_force(now))
        .order_by(Bulletin.id)
    )
    return {
        language: (approved, recording)
        for language, approved, recording in session.execute(query)
        if language is not None
    }
