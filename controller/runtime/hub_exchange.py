"""Fetches what the hub hands down and sends it the province's figures; docs/hub.md.

Periodic tasks with threads of their own: a hub that is away, slow or hostile holds up nothing else, and what
is fetched of it does not hold up the figures.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from controller.errors import Conflict, LoaError
from controller.features.hub.documents import (
    DOCUMENTS,
    FEED,
    LONGEST_DOCUMENT,
    LONGEST_FEED,
    LONGEST_RECORDING,
    RECORDINGS,
    REPORT_TYP,
    REPORTS,
    read_feed,
)
from controller.features.hub.exchanging import (
    MOST_A_DAY,
    WantedDocument,
    WantedSound,
    keep_document,
    keep_feed,
    keep_sound,
    note_fault,
    note_heard,
    note_report,
    room_of_day,
    wanted_documents,
    wanted_sounds,
)
from controller.features.hub.figures import report_of
from controller.host.hub_client import HubAway, ask_hub
from controller.model.local_time import ZONE
from controller.settings import Settings
from controller.store import Store
from devices.chunks import manifest_of
from devices.jose import SigningKey
from devices.not_trusted import NotTrusted
from devices.wire_types import Malformed
from schedules.clock import Beat
from tts.errors import SpeechError
from tts.recordings import RecordingStore

_LOG = logging.getLogger(__name__)

W = TypeVar("W", WantedDocument, WantedSound)
_EVERY: Final = timedelta(minutes=5)
_REPORT_EVERY: Final = timedelta(hours=1)
_AT_ONCE: Final = 20
"""Documents, and recordings, that are asked for in one round: the rest comes with the next."""
_ROUND: Final = timedelta(minutes=10)
"""After so long a round asks for no more of them, so that a new feed is heard."""
_FEW: Final = 3
_FEED_S, _DOCUMENT_S, _SOUND_S, _REPORT_S = 20.0, 20.0, 600.0, 20.0
"""Seconds for a whole answer, however it comes. A recording: 7 MB, 20 minutes, over 100 kbit/s."""
_OK, _UNCHANGED, _MISSING = 200, 304, 404
_ENOUGH_TODAY: Final = (
    f"Trong 24 giờ qua đã lấy {MOST_A_DAY} văn bản hoặc 1 GB tiếng từ trung tâm; phần còn lại lấy sau. Nếu "
    "nhiều bất thường thì hỏi Bộ, hoặc thôi nhận người duyệt."
)


@dataclass
class HubExchanger:
    """Asks the hub while `may_act` is true, so that of a pair only the leader does.

    Of the present feed, forgotten with a new one: `_refused`, documents that are not as they were approved;
    `_vain`, how often a document or its recording did not come. Those are asked for after the others.
    """

    store: Store
    settings: Settings
    recordings: RecordingStore
    key: Callable[[], SigningKey]
    now: Callable[[], datetime]
    may_act: Callable[[], bool]
    _tag: str = ""
    _refused: set[str] = field(default_factory=set)
    _vain: Counter[str] = field(default_factory=Counter)

    def beats(self) -> list[Beat]:
        """Return the periodic tasks."""
        return [Beat("hub", _EVERY, self.look), Beat("hub-figures", _REPORT_EVERY, self.report)]

    def look(self) -> None:
        """Fetch what is new; a fault is noted and shown."""
        if not self.may_act():
            return
        try:
            self._take_feed()
            self._take_wanted()
            self._tell_of_refused()
        except (LoaError, NotTrusted, Malformed, SpeechError) as error:
            self._note(error)

    def report(self) -> None:
        """Send the figures of yesterday and of today; what the hub did not take goes again in an hour."""
        if not self.may_act():
            return
        today = self.now().astimezone(ZONE).date()
        for day in (today - timedelta(days=1), today):
            report = report_of(self.store, day, self.now())
            text = self.key().sign_bytes(report.payload(), REPORT_TYP)
            fault = self._sent(text)
            note_report(self.store, text, fault, now=self.now())
            if fault is not None:
                return

    def _sent(self, text: str) -> str | None:
        address = self._address(REPORTS)
        try:
            answer = ask_hub(address, most_bytes=LONGEST_FEED, most_s=_REPORT_S, body=text.encode())
        except HubAway as error:
            return error.sentence
        return None if answer.status == _OK else f"Trung tâm không nhận số liệu (mã {answer.status})."

    def _take_feed(self) -> None:
        tag, self._tag = self._tag, ""  # a tag that cannot be sent back would end each asking after it
        answer = ask_hub(self._address(FEED), most_bytes=LONGEST_FEED, most_s=_FEED_S, tag=tag)
        if answer.status == _UNCHANGED and tag:
            note_heard(self.store, now=self.now())
            self._tag = tag
            return
        if answer.status != _OK:
            raise HubAway(f"Trung tâm trả lời mã {answer.status}.")
        text = answer.body.decode("ascii", "replace").strip()
        if keep_feed(self.store, text, read_feed(text, self.settings.hub_keys), now=self.now()):
            self._refused.clear()
            self._vain.clear()
        self._tag = answer.tag

    def _take_wanted(self) -> None:
        """Take documents, then recordings, as far as the bounds of the day go."""
        room = room_of_day(self.store, self.now())
        documents = wanted_documents(self.store)
        self._take_each(documents[: room.documents], self._take_document)
        sounds = wanted_sounds(self.store, self.now())
        fitting = _fitting(sounds, room.sound_bytes)
        self._take_each(fitting, self._take_sound)
        if len(documents) > room.documents or len(sounds) > len(fitting):
            note_fault(self.store, _ENOUGH_TODAY)

    def _take_each(self, wanted: Sequence[W], take: Callable[[W], None]) -> None:
        """Take some; one that is not good, or does not come, holds up the others for one round at most."""
        began = self.now()
        left = [one for one in wanted if one.document not in self._refused]
        for one in sorted(left, key=lambda one: self._vain[one.document])[:_AT_ONCE]:
            if self.now() - began >= _ROUND:
                return
            try:
                take(one)
            except (Conflict, NotTrusted, Malformed) as error:
                _LOG.warning("the hub: %s", error)
                self._refused.add(one.document)
            except HubAway as error:
                self._vain[one.document] += 1
                self._note(error)
                if error.code == HubAway.code:
                    return

    def _tell_of_refused(self) -> None:
        if self._refused:
            names = ", ".join(f"{one[:12]}…" for one in sorted(self._refused)[:_FEW])
            sentence = "văn bản bị bỏ: chữ hoặc tiếng không đúng như Bộ đã duyệt"
            note_fault(self.store, f"{len(self._refused)} {sentence} ({names}).")

    def _take_document(self, wanted: WantedDocument) -> None:
        content = self._fetched(DOCUMENTS, wanted.document, LONGEST_DOCUMENT, _DOCUMENT_S)
        keep_document(self.store, wanted, content, now=self.now())

    def _take_sound(self, wanted: WantedSound) -> None:
        content = self._fetched(RECORDINGS, wanted.recording, LONGEST_RECORDING, _SOUND_S)
        told = wanted.manifest
        made = manifest_of(
            content,
            codec=told.codec,
            sample_rate=told.sample_rate,
            duration_ms=told.duration_ms,
            chunk_size=told.chunk_size,
        )
        if made != told:
            raise Conflict("Tiếng của một văn bản không khớp với phê duyệt.", code="hub.other-sound")
        self.recordings.put(content)
        keep_sound(self.store, wanted, now=self.now())

    def _fetched(self, folder: str, name: str, most_bytes: int, most_s: float) -> bytes:
        answer = ask_hub(self._address(f"{folder}/{name}"), most_bytes=most_bytes, most_s=most_s)
        if answer.status != _OK:
            code = "hub.no-file" if answer.status == _MISSING else HubAway.code
            raise HubAway(f"Trung tâm thiếu một tệp mà danh sách nêu (mã {answer.status}).", code=code)
        if hashlib.sha256(answer.body).hexdigest() != name:
            raise HubAway("Một tệp của trung tâm không khớp với danh sách nên đã bỏ.", code="hub.other-bytes")
        return answer.body

    def _address(self, path: str) -> str:
        return f"{self.settings.hub_url.rstrip('/')}/{path}"

    def _note(self, error: Exception) -> None:
        _LOG.warning("the hub: %s", error)
        sentence = "Chữ ký của trung tâm không đúng nên đã bỏ."
        note_fault(self.store, error.sentence if isinstance(error, LoaError | SpeechError) else sentence)


def _fitting(sounds: Sequence[WantedSound], most_bytes: int) -> list[WantedSound]:
    """Return the recordings that fit into so many bytes together."""
    found = []
    for one in sounds:
        if one.manifest.size <= most_bytes:
            most_bytes -= one.manifest.size
            found.append(one)
    return found
