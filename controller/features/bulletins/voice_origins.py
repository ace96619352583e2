"""Reads which kind of voice a wording has: synthetic, a person's, or both; see docs/speech.md."""

from sqlalchemy.orm import Session

from controller.features.bulletins.queries import get_revision, items_of
from controller.model.bulletin_states import BulletinId, ItemKind, RevisionKind
from controller.model.bulletins import ProgrammeItem
from controller.store import one_read
from tts.marks import Origin, together

_OF_KIND = {RevisionKind.TEXT: Origin.MACHINE, RevisionKind.AUDIO: Origin.PERSON}


@one_read
def origin_of(session: Session, bulletin: BulletinId, revision: int) -> Origin:
    """Return the kind of voice in a wording, as far as the station made it."""
    kind = get_revision(session, bulletin, revision).kind
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    items = (_of_item(session, item) for item in items_of(session, bulletin, revision))
    return together(origin for origin in items if origin is not None)


def _of_item(session: Session, item: ProgrammeItem) -> Origin | None:
    """Return whose voice a part of a programme has; None for what has no voice."""
    match item.kind:
        case ItemKind.SPEECH:
            return Origin.MACHINE
        case ItemKind.RECORDING:
            return Origin.PERSON
        case ItemKind.BULLETIN if item.item is not None and item.item_revision is not None:
            return _OF_KIND[get_revision(session, item.item, item.item_revision).kind]
        case _:
            return None
