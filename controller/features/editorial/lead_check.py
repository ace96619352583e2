"""What a form is warned of before it is handed in: a start too near, loudspeakers that cannot play it."""

from controller.errors import BadInput
from controller.features.accounts.viewer import Caller
from controller.features.airings.conflict_check import Asking
from controller.features.airings.lateness import size_of, too_soon_sentence
from controller.features.airings.lateness_facts import earliest_for
from controller.features.airings.planning_context import length_of
from controller.features.airings.timing import LATEST_AFTER
from controller.features.bulletins.queries import visible_bulletin
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.form_area import usual_speech_of
from controller.features.fleet.capabilities import unable_in, unable_sentence
from devices.messages import MP3


def too_soon(caller: Caller, form: Typed, bulletin_id: str | None) -> str:
    """Return why the chosen start is too near, and who cannot play it at all; empty where neither is so.

    `bulletin_id`: what is aired; None: the words of the form.
    """
    with caller.store.read() as session:
        bulletin = None if bulletin_id is None else visible_bulletin(session, caller.scope, bulletin_id)
        if form.luc in {"", "ngay"}:
            return ""  # at once means: as soon as it is approved and sent
        areas = form.areas_so_far(caller.viewer)
        if not areas:
            return ""
        try:
            broadcast = form.broadcast_for(areas, caller.station)
        except BadInput:
            return ""  # not filled in yet; handing it in says what lacks
        if bulletin is None:
            length_ms = form.sounding_ms(usual_speech_of(session, caller, form))
        else:
            length_ms, _ = length_of(session, bulletin.id)
        latest = broadcast.latest_start_at or broadcast.starts_at + LATEST_AFTER[broadcast.grade]
        asking = Asking(areas, broadcast.starts_at, latest, broadcast.grade, broadcast.volume)
        now = caller.now()
        size = size_of(length_ms, caller.station.settings.bitrate_kbps)
        found = earliest_for(session, asking, size, now, caller.station.times)
        unable = unable_sentence(unable_in(session, areas, MP3, size))
        if broadcast.starts_at >= found.at or not found.nodes:
            return unable
        soon = too_soon_sentence(broadcast.starts_at, latest, found.nodes, found.at, now)
        return f"{soon} {unable}".strip()
