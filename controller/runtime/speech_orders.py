"""Builds orders for the studio: a text to speak, a file to normalise, or a programme to mix."""

import logging
from pathlib import Path

from sqlalchemy.orm import Session

from controller.features.bulletins.queries import approval_of, get_bulletin, get_revision, items_of
from controller.features.chimes.queries import chimes_for
from controller.features.lexicon.queries import words_for
from controller.model.bulletin_states import BulletinId, ItemKind, RevisionKind
from controller.model.bulletins import Bulletin, ProgrammeItem, Rendering, Revision
from controller.model.chimes import ChimePlace
from controller.model.wording import words_with
from controller.settings import Settings
from devices.ids import AreaCode, Grade
from tts.errors import StoreAway
from tts.orders import Chimed, LevelOrder, Part, RenderOrder, Silent, Sounding, Spoken
from tts.recordings import RecordingId, RecordingStore
from tts.uploads import UploadId, UploadStore

_LOG = logging.getLogger(__name__)


def order_of(
    session: Session,
    rendering: Rendering,
    settings: Settings,
    recordings: RecordingStore,
    uploads: UploadStore,
    *,
    is_strict: bool = False,
) -> RenderOrder | LevelOrder:
    """Return the studio's order for a rendering; raises StoreAway, DamagedSound or FileNotFoundError.

    `is_strict`: the last one also where the file of an area's own chime is missing. No alarm waits for one.
    """
    bulletin = get_bulletin(session, BulletinId(rendering.bulletin))
    wording = get_revision(session, bulletin.id, rendering.revision)
    if wording.kind is RevisionKind.AUDIO and wording.upload is not None:
        return _leveling(bulletin, wording, uploads.file(UploadId(wording.upload)), settings)
    chimes = _chimes(session, bulletin, uploads, is_strict=is_strict)
    return RenderOrder(
        title=bulletin.title,
        text=wording.text,
        engine=rendering.engine,
        voice=rendering.voice,
        rate=rendering.rate,
        fallback=rendering.fallback,
        loudness_lufs=settings.loudness_lufs,
        true_peak_dbtp=settings.true_peak_dbtp,
        bitrate_kbps=settings.bitrate_kbps,
        opus_kbps=settings.opus_kbps,
        issuer=wording.issuer,
        readings=wording.readings,
        parts=_parts(session, wording, recordings, uploads),
        words=words_with(words_for(session, bulletin.area), wording.own_words),
        region=settings.region,
        register=rendering.register,
        alert=wording.alert,
        rests=rendering.rests,
        opening=chimes.get(ChimePlace.OPENING),
        closing=chimes.get(ChimePlace.CLOSING),
    )


def _leveling(bulletin: Bulletin, wording: Revision, brought: Path, settings: Settings) -> LevelOrder:
    return LevelOrder(
        title=bulletin.title,
        text=wording.text,
        brought=brought,
        alert=wording.alert,
        loudness_lufs=settings.loudness_lufs,
        true_peak_dbtp=settings.true_peak_dbtp,
        bitrate_kbps=settings.bitrate_kbps,
        opus_kbps=settings.opus_kbps,
    )


def _chimes(
    session: Session, bulletin: Bulletin, uploads: UploadStore, *, is_strict: bool
) -> dict[ChimePlace, Path]:
    """Return the files of its area's own chimes; none for what may be an alarm where they are away."""
    try:
        return _own_chimes(session, bulletin.area, uploads, is_strict=is_strict)
    except StoreAway:
        if bulletin.highest_grade != Grade.EMERGENCY:
            raise
        _LOG.warning("the chimes of %s cannot be fetched now: the built-in ones are used", bulletin.area)
        return {}


def _own_chimes(
    session: Session, area: AreaCode, uploads: UploadStore, *, is_strict: bool
) -> dict[ChimePlace, Path]:
    """Return the files of an area's own chimes; a bulletin is still rendered when a file is missing."""
    own = {place: UploadId(chime.upload) for place, chime in chimes_for(session, area).items()}
    if is_strict:
        return {place: uploads.file(upload) for place, upload in own.items()}
    for place, upload in own.items():
        if not uploads.has(upload):
            _LOG.warning("the file of the %s chime of %s is missing: the built-in one is used", place, area)
    return {place: uploads.file(upload) for place, upload in own.items() if uploads.has(upload)}


def _parts(
    session: Session, wording: Revision, recordings: RecordingStore, uploads: UploadStore
) -> tuple[Part, ...]:
    items = items_of(session, wording.bulletin, wording.number)
    last = len(items) - 1
    return tuple(
        Chimed(closing=place == last and place > 0)
        if item.kind is ItemKind.CHIME
        else _part(session, item, recordings, uploads)
        for place, item in enumerate(items)
    )


def _part(session: Session, item: ProgrammeItem, recordings: RecordingStore, uploads: UploadStore) -> Part:
    if item.kind is ItemKind.SILENCE:
        return Silent(1000 * (item.seconds or 0))
    if item.upload is not None:
        return Sounding(uploads.file(UploadId(item.upload)))
    if item.item is None or item.item_revision is None:
        return Spoken(item.text or "")
    wording = get_revision(session, item.item, item.item_revision)
    approved = approval_of(session, item.item, item.item_revision)
    if wording.kind is RevisionKind.AUDIO and approved is not None:
        return Sounding(recordings.file(RecordingId(approved.recording)))
    title = get_bulletin(session, item.item).title
    return Spoken(wording.text, title, wording.issuer, wording.readings, wording.own_words)
