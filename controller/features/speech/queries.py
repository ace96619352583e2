"""Reads of voices that are offered, and of how the bulletins of an area are spoken."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import names_of_operators
from controller.features.areas.queries import area_tree
from controller.features.areas.turns import most_turns, turns_allowed
from controller.features.speech.schemas import AreaSpeechShown
from controller.model.area_speech import AreaSpeech
from controller.model.speech import Speech, rate_of, with_voice
from controller.model.wording import Rests
from controller.settings import Settings
from controller.store import one_read
from devices.ids import AreaCode
from tts.engines.offered import BUILT_IN_VOICES, OFFLINE, usable_voices


@dataclass(frozen=True, slots=True)
class OfferedVoice:
    """A voice that bulletins may be spoken with here; `key` names it in forms."""

    engine: str
    voice: str
    title: str

    @property
    def key(self) -> str:
        """Both names in one."""
        return voice_key(self.engine, self.voice)


def voice_key(engine: str, voice: str) -> str:
    """Return engine and voice as forms name them; "" for none."""
    return f"{engine}:{voice}" if engine else ""


def voice_of_key(key: str) -> tuple[str, str]:
    """Return engine and voice of what a form names; of anything else, names that no voice has."""
    engine, _, voice = key.partition(":")
    return engine, voice


def offered_voices(settings: Settings) -> tuple[OfferedVoice, ...]:
    """Return the voices that a bulletin may be spoken with here.

    A service on the network is offered only where the settings name it: texts leave the province with it.
    """
    named = {settings.engine, settings.fallback_engine, *OFFLINE}
    built_in = [
        OfferedVoice(engine, one.name, one.title)
        for engine, voices in BUILT_IN_VOICES.items()
        if engine in named
        for one in voices
    ]
    added = (OfferedVoice("piper", one.name, one.title) for one in usable_voices(settings.voices_dir))
    return (*built_in, *added)


def check_offered(settings: Settings, engine: str, voice: str) -> None:
    """Raise BadInput for a voice that is not offered here; "" is the one of the area."""
    offered = offered_voices(settings) if engine or voice else ()
    if (engine or voice) and not any(one.engine == engine and voice in {"", one.voice} for one in offered):
        raise BadInput(
            "Đài này không có giọng đọc ấy. Hãy chọn một giọng trong danh sách.", code="voice.unknown"
        )


def voice_title(settings: Settings, engine: str, voice: str) -> str:
    """Return what people call a voice; its own name where it is not offered (any more)."""
    found = (
        one.title for one in offered_voices(settings) if one.engine == engine and voice in {"", one.voice}
    )
    return next(found, voice or engine)


@one_read
def speech_in(session: Session, area: AreaCode, station: Speech) -> Speech:
    """Return how the bulletins of an area are spoken: by what it, or the nearest above it, has of its own."""
    tree = area_tree(session)
    lineage = tree.lineage(area)
    rows = session.scalars(select(AreaSpeech).where(AreaSpeech.area.in_(lineage)))
    own = sorted(rows, key=lambda one: lineage.index(one.area))
    engine, voice = next(((one.engine, one.voice) for one in own if one.engine), ("", ""))
    pace = next((one.pace for one in own if one.pace), None)
    register = next((one.register for one in own if one.register), station.register)
    rate = rate_of(station.rate, pace) if pace else station.rate
    rests = next((one.rests for one in own if one.rests), None)
    if rests is None and turns_allowed(tree, most_turns(session), area) > 1:
        rests = Rests.WIDE
    factor = rests.factor if rests else station.rests
    return replace(with_voice(station, engine, voice), rate=rate, register=register, rests=factor)


@one_read
def area_speeches(session: Session, areas: Collection[AreaCode]) -> list[AreaSpeechShown]:
    """Return what these areas have of their own."""
    names = names_of_operators(session)
    rows = session.scalars(select(AreaSpeech).where(AreaSpeech.area.in_(areas)).order_by(AreaSpeech.area))
    return [AreaSpeechShown.of(row, reading_register=row.register, set_by=names[row.set_by]) for row in rows]
