"""What the form of a bulletin holds, and the broadcast that it means."""

from collections.abc import Sequence
from dataclasses import replace

from controller.errors import BadInput
from controller.features.accounts.viewer import Caller
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.target_form import TargetTyped
from controller.features.bulletins.legal_form import ActTyped
from controller.features.bulletins.placeholders import places_of
from controller.features.editorial.operations import RepeatRequest, WrittenBulletin
from controller.features.editorial.own_words import words_of
from controller.features.editorial.repeat_form import REPEATS, RepeatTyped
from controller.features.editorial.start_form import read_start
from controller.features.speech.queries import voice_of_key
from controller.http.station import Station
from controller.model.local_time import ZONE
from controller.model.speech import Speech, speech_of
from controller.model.wording import REGISTERS, Manner, ReadingPace
from devices.ids import AreaCode, Grade
from tts.errors import BadReadings
from tts.estimate import estimated_ms
from tts.normalization.checking import MOST_READINGS

READINGS_OFFERED = tuple(str(number) for number in range(1, MOST_READINGS + 1))


class Typed(ActTyped, TargetTyped, RepeatTyped):
    """What the form holds; nothing is refused before it can be shown again."""

    tieu_de: str = ""
    noi_dung: str = ""
    chu_de: str = ""
    ben_bao: str = ""
    so_lan: str = "1"
    toc_do: str = ReadingPace.USUAL
    giong: str = ""
    """Which voice speaks (`voice_key`); empty: that of the area."""
    loi_doc: str = ""
    """In which register it is read; empty: as in the area."""
    bao_dong: str = ""
    """Anything: it begins with the alert tone, and is for emergencies alone."""
    doc_rieng: str = ""
    """Words that this bulletin alone has read otherwise, one a line."""
    luc: str = ""
    ngay: str = ""
    gio: str = ""
    trung: str = ""
    phien_ban: str = ""
    """The revision that is changed; empty of a new bulletin."""
    luot: str = ""
    """Which form this is: what was sent is not kept once more as a draft."""
    chu_truoc: str = ""
    """The words as they were pasted, where the station put them right."""
    giu_nguyen: str = ""
    """Which words are to be left as they are."""
    viec: str = "gui"
    cua: str = ""
    """Whose form it is, as its page says."""

    def based_on(self) -> int | None:
        """Return the revision that the person began with; None where the form does not say."""
        return int(self.phien_ban) if self.phien_ban.isascii() and self.phien_ban.isdigit() else None

    def template_words(self) -> str:
        """Return what is told when a template was just put into the form."""
        places = places_of(self.tieu_de, self.noi_dung)
        fill = f" Hãy điền những chỗ trong ngoặc vuông: {', '.join(places)}." if places else ""
        return f"Đã đưa lời của mẫu vào bản đang soạn.{fill}"

    def manner(self) -> Manner:
        """Return who speaks, how often it is read and which words otherwise, or raise BadInput."""
        if self.so_lan not in READINGS_OFFERED:
            raise BadInput(BadReadings.text, code=BadReadings.code)
        words = words_of(self.doc_rieng)
        return replace(self.chosen_speech(), issuer=self.ben_bao, readings=int(self.so_lan), words=words)

    def chosen_speech(self) -> Manner:
        """Return how it is spoken, as it was chosen; what is no choice is none."""
        pace = ReadingPace(self.toc_do) if self.toc_do in set(ReadingPace) else ReadingPace.USUAL
        engine, voice = voice_of_key(self.giong)
        register = next((one for one in REGISTERS if one == self.loi_doc), None)
        return Manner(pace=pace, register=register, engine=engine, voice=voice, alert=self.is_alert)

    @property
    def is_alert(self) -> bool:
        """Whether it begins with the alert tone of emergencies."""
        return bool(self.bao_dong)

    @property
    def readings(self) -> int:
        """How often it is read; once for what is no number of readings."""
        return int(self.so_lan) if self.so_lan in READINGS_OFFERED else 1

    def sounding_ms(self, usual: Speech) -> int:
        """Return how long its recording will be, milliseconds, right to about a tenth; 0 for no words.

        `usual`: how the bulletins of its area are spoken.
        """
        spoken = speech_of(usual, self.chosen_speech())
        return estimated_ms(
            self.tieu_de,
            self.noi_dung,
            issuer=self.ben_bao,
            readings=self.readings,
            rate=spoken.rate,
            register=spoken.register,
            alert=self.is_alert,
            rests=spoken.rests,
        )

    def written(self) -> WrittenBulletin:
        """Return the bulletin as it was typed, or raise BadInput."""
        return WrittenBulletin(self.tieu_de, self.noi_dung, self.chu_de, self.reference(), self.manner())

    def broadcast(self, caller: Caller) -> BroadcastRequest:
        """Return where, when and how it shall be heard, or raise BadInput."""
        return self.broadcast_for(self.areas(caller.viewer), caller.station)

    def repeat(self, caller: Caller) -> RepeatRequest | None:
        """Return where, when and how it shall come again and again, or raise BadInput; None: only once."""
        if self.luc != REPEATS:
            return None
        if self.muc not in {Grade.ROUTINE, Grade.PRIORITY}:
            raise BadInput("Lịch phát chỉ ở mức thông thường hoặc ưu tiên.", code="airing.bad-grade")
        rules = self.rules(caller.now().astimezone(ZONE).date())
        areas = self.areas(caller.viewer)
        return RepeatRequest(areas, rules, self.skips(), Grade(self.muc), self.volume(), self._meeting())

    def broadcast_for(self, areas: Sequence[AreaCode], station: Station) -> BroadcastRequest:
        """Return when and how it shall be heard in these areas, or raise BadInput."""
        start = read_start(self.luc, self.ngay, self.gio, station.now())
        if self.muc not in set(Grade):
            raise BadInput("Mức ưu tiên không đúng.", code="airing.bad-grade")
        return BroadcastRequest(
            areas, start.at, start.latest, Grade(self.muc), self.volume(), self._meeting()
        )

    def _meeting(self) -> Meeting:
        """Return what shall be done when it meets others; at once, nobody can tell yet what it meets."""
        if self.luc == "ngay":
            return Meeting.ACCEPT
        return Meeting(self.trung) if self.trung in set(Meeting) else Meeting.REFUSE
