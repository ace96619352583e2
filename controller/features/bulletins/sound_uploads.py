"""Uploaded sound files: checked in a separate process, kept while a wording names them."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from controller.errors import BadInput, Unavailable
from controller.features.imports.child_reader import examined_apart
from controller.model.bulletins import ProgrammeItem, Revision
from controller.model.chimes import Chime
from tts.brought import CHIME, HEAD, WHOLE, UnfitSound, check_length, form_of
from tts.errors import NoSpace, SpeechError, StoreAway
from tts.found import found_in, keep_found
from tts.uploads import UploadId, UploadStore

KEPT_UNNAMED = timedelta(days=1)
"""A file that no wording names after a day was left behind by a form that was never sent whole."""


def has_upload(uploads: UploadStore, name: str) -> bool:
    """Whether a file of that digest is kept; False for what is no digest."""
    try:
        return bool(name) and uploads.has(UploadId(name))
    except ValueError:
        return False


def keep_upload(uploads: UploadStore, source: BinaryIO, *, as_chime: bool = False) -> UploadId:
    """Store a file whose sound can be aired, with the results of its check.

    `as_chime`: it will be a chime, for which shorter limits apply. BadInput says why it is
    refused: silent, clipped, too short or too long, or no sound; nothing is stored then.
    """
    try:
        form_of(source.read(HEAD))  # refuse files that are not sound before using disk space or a process
        source.seek(0)
        upload = uploads.put(source)
    except (NoSpace, StoreAway) as error:
        raise Unavailable(error.sentence, code=error.code) from error
    except SpeechError as error:
        raise BadInput(error.sentence, code=error.code) from error
    if (found := found_in(uploads, upload)) is not None:  # the same bytes were checked before
        try:
            check_length(found.seconds, CHIME if as_chime else WHOLE)
        except UnfitSound as error:
            raise BadInput(error.sentence, code=error.code) from error
        return upload
    try:
        keep_found(uploads, upload, examined_apart(uploads.file(upload), as_chime=as_chime))
    except BadInput:
        if not as_chime:  # what is too long for a chime may be the sound of a bulletin; unnamed, it is swept
            uploads.delete(upload)
        raise
    except (NoSpace, StoreAway) as error:
        with suppress(StoreAway):  # unnamed, it is swept
            uploads.delete(upload)
        raise Unavailable(error.sentence, code=error.code) from error
    return upload


def uploads_needed(session: Session) -> set[str]:
    """Return the files that wordings name, and those that are heard as chimes."""
    named = union(select(Revision.upload), select(ProgrammeItem.upload))
    chimes = select(Chime.upload).where(Chime.removed_at.is_(None))
    return {upload for upload in session.scalars(named) if upload is not None} | set(session.scalars(chimes))


def sweep_uploads(uploads: UploadStore, needed: set[str], now: datetime) -> int:
    """Remove old files that no wording names; return how many that were."""
    old = uploads.kept_before((now - KEPT_UNNAMED).timestamp())
    gone = [upload for upload in old if upload not in needed]
    for upload in gone:
        uploads.delete(upload)
    return len(gone)
