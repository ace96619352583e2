"""Finds recordings waiting for approval that would now be read differently (docs/decisions/011).

Causes: a lexicon word was added or removed, a title changed, or the text normalisation was corrected.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from controller.features.bulletins.queries import renderings_to_approve
from controller.features.bulletins.renderings import renew_rendering, wording_to_speak
from controller.features.lexicon.queries import words_for
from controller.model.bulletin_states import RenderingId
from controller.model.wording import Words, words_with
from controller.store import Store
from devices.ids import AreaCode
from tts.normalization import Region
from tts.script import script_of

_LOG = logging.getLogger(__name__)


@dataclass
class Rereader:
    """Compares spoken texts, each once for the same title and words.

    So one station renders a recording again at most once for one change, even if another station on the same
    database reads the text differently.
    """

    store: Store
    region: Region
    now: Callable[[], datetime]
    _compared: dict[RenderingId, int] = field(default_factory=dict)

    def look(self) -> int:
        """Queue what would be read differently for rendering; return the number of recordings."""
        renewed = 0
        for rendering_id in self._changed():
            with self.store.write() as session:
                renewed += renew_rendering(session, rendering_id, now=self.now())
            _LOG.info("rendering %s would be read differently", rendering_id)
        return renewed

    def _changed(self) -> list[RenderingId]:
        changed: list[RenderingId] = []
        words: dict[AreaCode, Words] = {}
        compared: dict[RenderingId, int] = {}  # only those that wait now: approved ones are dropped from it
        with self.store.read() as session:
            for rendering, title, area in renderings_to_approve(session):
                if area not in words:
                    words[area] = words_for(session, area)
                key = compared[rendering.id] = hash((title, words[area]))
                if self._compared.get(rendering.id) == key:
                    continue
                wording = wording_to_speak(session, rendering)
                script = script_of(
                    title,
                    wording.text,
                    framed=True,
                    issuer=wording.issuer,
                    readings=wording.readings,
                    words=words_with(words[area], wording.own_words),
                    region=self.region,
                    register=rendering.register,
                    alert=wording.alert,
                )
                if script.text != rendering.spoken_text:
                    changed.append(rendering.id)
        self._compared = compared
        return changed
