"""Errors between a written text and a recording."""
# ruff: noqa: N818 -- the names say what happened; "Error" would say nothing more

from typing import ClassVar


class SpeechError(Exception):
    """A failure of reading, speaking or recording.

    `sentence` is Vietnamese, for the officer; `code` is stable, for the technician.
    """

    code: ClassVar[str] = "speech"
    text: ClassVar[str] = (
        "Không tạo được giọng đọc. Chưa có gì được phát; hãy thử lại hoặc báo kỹ thuật viên."
    )

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.text
        super().__init__(self.sentence)


class TextError(SpeechError):
    """The text cannot be spoken: the author must change it."""

    code = "text"
    text = "Văn bản không đọc được. Hãy sửa lại văn bản."


class EmptyText(TextError):
    """Nothing in the text can be spoken."""

    code = "text.empty"
    text = "Văn bản trống, không có gì để đọc. Hãy nhập nội dung bản tin."


class TextTooLong(TextError):
    """The text has more characters than one bulletin may have."""

    code = "text.too-long"
    text = "Văn bản quá dài. Hãy chia thành nhiều bản tin."


class BadText(TextError):
    """The text holds something that is not plain text: control characters or HTML."""

    code = "text.bad"
    text = "Văn bản có ký tự lạ không đọc được. Hãy sao chép lại bản tin dưới dạng văn bản thường."


class BadReadings(TextError):
    """The number of readings is not between 1 and 3."""

    code = "text.readings"
    text = "Mỗi bản tin được đọc từ 1 đến 3 lần. Chưa có gì được đọc; hãy chọn lại số lần đọc."


class BadEncoding(TextError):
    """The bytes of the text are not UTF-8."""

    code = "text.encoding"
    text = "Tệp văn bản không đúng bảng mã UTF-8. Hãy lưu lại tệp với bảng mã UTF-8 rồi thử lại."


class BadEntry(TextError):
    """A province's entry cannot be stored: an empty written form, or a spoken form that is not Vietnamese."""

    code = "text.entry"
    text = "Từ này không thêm vào từ điển được. Hãy sửa chữ viết hoặc cách đọc."


class EngineUnavailable(SpeechError):
    """The voice cannot be used here: not installed, not reachable, or refused."""

    code = "engine.unavailable"
    text = "Giọng đọc chưa dùng được. Chưa có gì được phát; hãy chọn giọng khác hoặc báo kỹ thuật viên."


class EngineFailed(SpeechError):
    """The voice started but failed."""

    code = "engine.failed"
    text = "Giọng đọc gặp lỗi giữa chừng. Chưa có gì được phát; hãy thử lại hoặc chọn giọng khác."


class NotAwaited(SpeechError):
    """Nobody waits for it any more, so that it was ended half way."""

    code = "speech.given-up"
    text = "Đoạn này không còn ai chờ nghe nên không đọc nữa."


class SilentSpeech(SpeechError):
    """The voice returned silence for words."""

    code = "engine.silent"
    text = "Giọng đọc không phát ra tiếng. Chưa có gì được phát; hãy thử lại hoặc chọn giọng khác."


class BadVoice(SpeechError):
    """The file is not a usable voice, or not the expected one: an error of the person who added it."""

    code = "voice.bad"
    text = "Tệp này không phải giọng đọc dùng được. Chưa có gì được thêm."


class NoSpace(SpeechError):
    """The disk has no room for the recording."""

    code = "disk.full"
    text = "Ổ đĩa đã đầy, chưa lưu được tệp âm thanh. Hãy báo kỹ thuật viên giải phóng chỗ trống rồi thử lại."


class StoreAway(SpeechError):
    """The store of recordings on another machine does not answer, or refuses."""

    code = "recordings.away"
    text = (
        "Kho bản ghi không trả lời, nên tạm thời không nghe hay lưu được âm thanh. Loa vẫn phát những gì đã "
        "tải về. Hãy thử lại sau ít phút, hoặc báo kỹ thuật viên."
    )


class DamagedSound(SpeechError):
    """The bytes that are kept are not those of the digest in their name."""

    code = "recording.damaged"
    text = (
        "Tệp âm thanh đang lưu đã bị hỏng hoặc bị sửa, nên không dùng. Hãy báo kỹ thuật viên lấy lại tệp từ "
        "bản sao lưu."
    )
