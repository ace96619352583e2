"""Reads of the page of one bulletin: its words, its audio, its airings and what may be done with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.errors import BadInput
from controller.features.accounts.admin_queries import name_of
from controller.features.accounts.queries import requires_authors
from controller.features.accounts.touches import means_of_signing
from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.language_reach import spread_of
from controller.features.airings.page_queries import airings_of_bulletin
from controller.features.bulletins.authorships import SIGNABLE, authored, lacks_author, writers_role
from controller.features.bulletins.comments import comments_of
from controller.features.bulletins.in_force import approvals_until
from controller.features.bulletins.legal_form import ACT_KINDS, typed_act
from controller.features.bulletins.page_queries import SpokenRevision, act_of, titles_of, visible_speech
from controller.features.bulletins.programme_queries import lines_of
from controller.features.bulletins.queries import reference_given, spoken_with, visible_wording
from controller.features.bulletins.reapproval import is_due_again
from controller.features.bulletins.revisions import compared_with
from controller.features.bulletins.topics import topic_of, topics
from controller.features.bulletins.wording_views import AsRead, WordingPart, as_read, changes
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.own_words import as_lines
from controller.features.editorial.sound_words import FORM_WORDS, judged
from controller.features.imports.legal_references import Reference
from controller.features.lexicon.queries import words_for
from controller.features.reading.previews import sentences
from controller.features.speech.queries import offered_voices, speech_in, voice_key, voice_title
from controller.features.templates.service import MAY_KEEP
from controller.http.sounds import phrases_shown, unless_away
from controller.http.station import Station
from controller.model.bulletin_states import BulletinAction, BulletinState, RevisionKind, actions
from controller.model.bulletins import Bulletin, Revision
from controller.model.new_ids import new_id
from controller.model.permissions import Act
from controller.model.speech import Speech
from controller.model.wording import clean_text
from controller.store import Session, one_read
from devices.ids import AreaCode
from tts.found import found_in
from tts.uploads import UploadId

_BEFORE = frozenset({BulletinState.DRAFT, BulletinState.RETURNED})
"""Where a wording can be tried out: it is not handed in, so that it can still be changed."""
_ACTS = {
    BulletinAction.REVISE: Act.WRITE,
    BulletinAction.SUBMIT: Act.WRITE,
    BulletinAction.RECALL: Act.WRITE,
    BulletinAction.APPROVE: Act.APPROVE,
    BulletinAction.RETURN: Act.APPROVE,
    BulletinAction.WITHDRAW: Act.WITHDRAW,
}


def buttons(viewer: Viewer, bulletin: Bulletin, revision: Revision) -> frozenset[BulletinAction]:
    """Return what this person may do with the bulletin and its wording now, by lifecycle and permissions."""
    lineage = [bulletin.area]
    allowed = {
        action
        for action in actions(bulletin.state)
        if viewer.scope.may(viewer.operator, _ACTS[action], lineage)
    }
    is_author = viewer.operator.id in {bulletin.author, revision.author}
    allowed -= {BulletinAction.APPROVE if is_author else BulletinAction.RECALL}
    return frozenset(allowed)


def _of_approval(
    session: Session, viewer: Viewer, bulletin: Bulletin, revision: Revision, now: datetime
) -> Mapping[str, Any]:
    """Until when it may be aired, and what the person may do: approving again belongs to the last days."""
    until = approvals_until(session, [bulletin.id]).get(bulletin.id)
    is_due = bulletin.state is BulletinState.APPROVED and (
        is_due_again(until, now) or lacks_author(session, bulletin)
    )
    may = buttons(viewer, bulletin, revision)
    if bulletin.state is BulletinState.APPROVED and not is_due:
        may -= {BulletinAction.APPROVE}
    return {"buttons": may, "approved_until": until, "approve_again": is_due}


def _of_author(
    session: Session, caller: Caller, bulletin: Bulletin, speech: SpokenRevision
) -> Mapping[str, Any]:
    """Return whether its author is asked to sign, has signed, and how this person can (`ky_soan.html`)."""
    is_asked = requires_authors(session) and bulletin.state in SIGNABLE
    recording = speech.recording
    said = authored(session, bulletin, recording.id, caller.now()) if is_asked and recording else None
    is_own = caller.by.id == speech.revision.author
    means = means_of_signing(session, caller, writers_role(caller.by)) if is_asked and is_own else {}
    return {
        "asks_author": is_asked,
        "author_signs": is_asked and is_own and recording is not None and said is None,
        "author_signed": said is not None,
        "author_means": means,
    }


@one_read
def bulletin_page(session: Session, caller: Caller, bulletin_id: str) -> dict[str, Any]:
    """Return all that the page of a bulletin shows."""
    bulletin, speech = visible_speech(session, caller.scope, bulletin_id)
    return {
        "bulletin": bulletin,
        "author": name_of(session, bulletin.author),
        "where": caller.scope.name(bulletin.area),
        "speech": speech,
        "phrases": phrases_shown(
            caller.station.recordings, speech.recording.id if speech.recording else None
        ),
        "progress": caller.station.rendering_progress(speech.rendering) if speech.rendering else None,
        "airings": airings_of_bulletin(session, caller.scope, bulletin.id),
        **_of_approval(session, caller.viewer, bulletin, speech.revision, caller.now()),
        **_of_author(session, caller, bulletin, speech),
        "is_author": caller.by.id in {bulletin.author, speech.revision.author},
        **_compared(session, bulletin, speech.revision),
        **_reading(session, caller.station, bulletin, speech),
        "tried_out": _tried_out(session, caller.station, bulletin, speech)
        if bulletin.state in _BEFORE
        else [],
        **_of_approvers(session, bulletin, speech.revision),
        "topic": topic_of(session, bulletin),
        "topics": topics(session),
        "may_write": caller.scope.may(caller.by, Act.WRITE, [bulletin.area]),
        "lines": lines_of(session, bulletin.id, bulletin.revision),
        "sound": _sound_shown(caller.station, speech.revision),
        **_languages(session, caller.viewer, bulletin, speech.revision),
        "act": act_of(session, bulletin, caller.now()),
        "may_name_act": bulletin.variant_of is None
        and speech.revision.kind is not RevisionKind.PROGRAMME
        and caller.scope.may(caller.by, Act.WRITE, [bulletin.area]),
        "may_keep": speech.revision.kind is RevisionKind.TEXT
        and caller.scope.may(caller.by, MAY_KEEP, [bulletin.area]),
        "may_air": bulletin.state is not BulletinState.WITHDRAWN and caller.viewer.may(Act.AIR),
    }


def _compared(session: Session, bulletin: Bulletin, revision: Revision) -> Mapping[str, Any]:
    """Return how the newest wording is given to the people, and how it differs from what approvers know.

    `origin`: the title of the bulletin that it was copied from, where it is compared with that one.
    """
    before = compared_with(session, bulletin)
    is_copy = before is not None and before.bulletin != bulletin.id
    return {
        "manner": revision.manner,
        "manner_before": before.manner if before else None,
        "before": before,
        "origin": titles_of(session, [before.bulletin])[before.bulletin] if before and is_copy else "",
        "changes": changes(before.text, revision.text) if before else (),
    }


def _of_approvers(session: Session, bulletin: Bulletin, revision: Revision) -> Mapping[str, Any]:
    """Return what approvers said about single sentences, and who of them mended the newest wording."""
    mended_by = revision.corrected_by
    return {
        "comments": comments_of(session, bulletin),
        "corrected_by": name_of(session, mended_by) if mended_by else "",
    }


def _languages(session: Session, viewer: Viewer, bulletin: Bulletin, revision: Revision) -> Mapping[str, Any]:
    """Return the bulletin's variants, or of which it is one; programmes are heard as they are."""
    is_base = bulletin.variant_of is None and revision.kind is not RevisionKind.PROGRAMME
    may = is_base and viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area])
    return {
        "spread": spread_of(session, viewer.scope, bulletin) if is_base else None,
        "base_title": titles_of(session, [bulletin.variant_of])[bulletin.variant_of]
        if bulletin.variant_of
        else "",
        "may_bring": may and bulletin.state is not BulletinState.WITHDRAWN,
    }


def _reading(
    session: Session, station: Station, bulletin: Bulletin, speech: SpokenRevision
) -> Mapping[str, Any]:
    """Return how title and wording are read; what tells of a brought recording is not read out."""
    revision = speech.revision
    if revision.kind is RevisionKind.AUDIO:
        return {"reading": AsRead((WordingPart(revision.text),), ()), "title_read": None}
    words, region, own = words_for(session, bulletin.area), station.settings.region, revision.own_words
    register = spoken_with(session, bulletin, revision, station.speech).register
    is_text = revision.kind is RevisionKind.TEXT
    return {
        "reading": as_read(revision.text, words, region, own, register),
        "title_read": as_read(bulletin.title, words, region, own, register) if is_text else None,
    }


def _tried_out(session: Session, station: Station, bulletin: Bulletin, speech: SpokenRevision) -> list[str]:
    """Return the newest wording as it will be spoken, in pieces that can be heard before it is recorded."""
    if speech.recording is not None or speech.revision.kind is not RevisionKind.TEXT:
        return []
    read = _reading(session, station, bulletin, speech)
    words, own = words_for(session, bulletin.area), speech.revision.own_words
    register = spoken_with(session, bulletin, speech.revision, station.speech).register
    issuer = as_read(speech.revision.issuer, words, station.settings.region, own, register)
    return sentences(issuer.spoken, read["title_read"].spoken, read["reading"].spoken)


def tried_out(caller: Caller, bulletin_id: str) -> tuple[list[str], AreaCode, Speech]:
    """Return the pieces of a bulletin that can be heard now, with whose words they are read, and how."""
    with caller.store.read() as session:
        bulletin, speech = visible_speech(session, caller.scope, bulletin_id)
        pieces = _tried_out(session, caller.station, bulletin, speech)
        return pieces, bulletin.area, spoken_with(session, bulletin, speech.revision, caller.station.speech)


def _sound_shown(station: Station, revision: Revision) -> dict[str, Any] | None:
    """Return what a page tells of a brought sound; None of a wording that is none."""
    if revision.kind is not RevisionKind.AUDIO or revision.upload is None:
        return None
    upload = UploadId(revision.upload)
    found = unless_away(lambda: found_in(station.uploads, upload), None)
    return {
        "is_there": unless_away(lambda: station.uploads.has(upload), otherwise=True),
        "form": "" if found is None else FORM_WORDS.get(found.form, found.form),
        "checks": () if found is None else judged(found),
    }


@one_read
def form_as_it_is(session: Session, bulletin: Bulletin, revision: Revision) -> Typed:
    """Return the form that changes a wording, with the bulletin's legal act."""
    return Typed(
        tieu_de=bulletin.title,
        noi_dung=revision.text,
        ben_bao=revision.issuer,
        so_lan=str(revision.readings),
        toc_do=revision.pace,
        giong=voice_key(revision.engine, revision.voice),
        loi_doc=revision.register or "",
        bao_dong="1" if revision.alert else "",
        doc_rieng=as_lines(revision.own_words),
        phien_ban=str(bulletin.revision),
        **typed_act(reference_given(session, bulletin.id) or Reference()),
    )


def editing_form(
    caller: Caller, bulletin_id: str, form: Typed, *, kept_at: datetime | None
) -> dict[str, Any]:
    """Return what the form that changes a wording shows, and what somebody else saved meanwhile."""
    with caller.store.read() as session:
        bulletin, revision = visible_wording(session, caller.scope, bulletin_id)
        is_old_draft = kept_at is not None and not form.phien_ban
        is_older = is_old_draft or form.based_on() not in {None, bulletin.revision}
        # who saves once more has both before them, and means it
        now_on = {"phien_ban": str(bulletin.revision), "luot": form.luot or new_id(caller.now())}
        return {
            "bulletin": bulletin,
            "comments": comments_of(session, bulletin),
            "form": form.model_copy(update=now_on),
            "newer": _newer(session, bulletin, revision, form) if is_older else None,
            "is_sound": revision.kind is RevisionKind.AUDIO,
            "is_read": revision.kind is RevisionKind.TEXT,
            "act_kinds": ACT_KINDS,
            "opened": False,
            "kept_at": kept_at,
            **choices_of_speech(session, caller.station, bulletin.area),
        }


@one_read
def choices_of_speech(session: Session, station: Station, area: AreaCode) -> dict[str, Any]:
    """Return what a form offers of how it is spoken, and what is usual in its area."""
    usual = speech_in(session, area, station.speech)
    return {
        "voices": offered_voices(station.settings),
        "usual_voice": voice_title(station.settings, usual.engine, usual.voice),
        "usual_register": usual.register,
    }


def _newer(session: Session, bulletin: Bulletin, revision: Revision, form: Typed) -> dict[str, Any] | None:
    """Return who saved what since the person began, and how the typed text differs; None: it is the same."""
    try:
        typed = clean_text(form.noi_dung)
    except BadInput:
        typed = form.noi_dung
    if typed == revision.text and form.tieu_de == bulletin.title:
        return None
    return {
        "by": name_of(session, revision.author),
        "at": revision.created_at,
        "number": revision.number,
        "title": bulletin.title,
        "text": revision.text,
        "changes": changes(revision.text, typed),
    }
