"""What can go wrong between a written text and a recording: one small family of errors."""
# ruff: noqa: N818 -- the names say what happened; "Error" would say nothing more

from __future__ import annotations

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
    """The text itself cannot be read out: the author has to change it."""

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
    """A bulletin was asked to be read no time at all, or more often than anybody would listen."""

    code = "text.readings"
    text = "Mỗi bản tin được đọc từ 1 đến 3 lần. Chưa có gì được đọc; hãy chọn lại số lần đọc."


class BadEncoding(TextError):
    """The bytes of the text are not UTF-8."""

    code = "text.encoding"
    text = "Tệp văn bản không đúng bảng mã UTF-8. Hãy lưu lại tệp với bảng mã UTF-8 rồi thử lại."


class BadEntry(TextError):
    """A province's own word cannot be kept: nothing to find it by, or no Vietnamese to say for it."""

    code = "text.entry"
    text = "Từ này không thêm vào từ điển được. Hãy sửa chữ viết hoặc cách đọc."


class EngineUnavailable(SpeechError):
    """The voice cannot be used here: not installed, not reachable, or refused."""

    code = "engine.unavailable"
    text = "Giọng đọc chưa dùng được. Chưa có gì được phát; hãy chọn giọng khác hoặc báo kỹ thuật viên."


class EngineFailed(SpeechError):
    """The voice began but broke off."""

    code = "engine.failed"
    text = "Giọng đọc gặp lỗi giữa chừng. Chưa có gì được phát; hãy thử lại hoặc chọn giọng khác."


class SilentSpeech(SpeechError):
    """The voice gave back silence where words were asked for."""

    code = "engine.silent"
    text = "Giọng đọc không phát ra tiếng. Chưa có gì được phát; hãy thử lại hoặc chọn giọng khác."


class BadVoice(SpeechError):
    """The file is no voice that can be used here, or not the one that was meant: its giver's mistake."""

    code = "voice.bad"
    text = "Tệp này không phải giọng đọc dùng được. Chưa có gì được thêm."


class NoSpace(SpeechError):
    """The disk has no room for the recording."""

    code = "disk.full"
    text = "Ổ đĩa đã đầy, chưa lưu được tệp âm thanh. Hãy báo kỹ thuật viên giải phóng chỗ trống rồi thử lại."
