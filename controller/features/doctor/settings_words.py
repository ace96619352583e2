"""Names of the settings on the page Cài đặt, and their values in words; a test checks that all are there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from controller.http.words import number
from controller.settings import Settings


def _yes(value: Any) -> str:
    return "có" if value else "không"


def _with(unit: str) -> Callable[[Any], str]:
    return lambda value: f"{number(value, 0 if value == int(value) else 1)} {unit}".strip()


def _address(value: Any) -> str:
    """Return a URL without its user name and password."""
    parts = urlsplit(str(value))
    if not parts.netloc:
        return str(value) or "mặc định"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def _as_it_is(value: Any) -> str:
    return "mặc định" if value in (None, "") else str(value)


_LEVELS = {"DEBUG": "mọi chi tiết", "INFO": "thường", "WARNING": "chỉ cảnh báo", "ERROR": "chỉ lỗi"}
_BROKERS = {"auto": "tự chọn", "embedded": "có sẵn trong đài", "mosquitto": "Mosquitto"}
_REGIONS = {"north": "miền Bắc", "central": "miền Trung", "south": "miền Nam"}

Said = tuple[str, str, Callable[[Any], str]]
WORDS: dict[str, Said] = {
    "home": ("Máy chủ", "Thư mục của đài", _as_it_is),
    "database_url": ("Máy chủ", "Cơ sở dữ liệu", _address),
    "host": ("Máy chủ", "Địa chỉ mở trang", _as_it_is),
    "port": ("Máy chủ", "Cổng mở trang", str),
    "security_log_days": ("Máy chủ", "Giữ nhật ký an ninh", lambda v: f"{v} ngày"),
    "security_syslog": ("Máy chủ", "Gửi nhật ký an ninh tới syslog", lambda v: str(v) or "không gửi"),
    "journal_checkpoints": ("Máy chủ", "Ghi điểm kiểm soát nhật ký vào tệp", lambda v: str(v or "không ghi")),
    "log_level": ("Máy chủ", "Mức ghi sổ máy chủ", lambda v: _LEVELS.get(str(v), str(v))),
    "recordings_kept_days": ("Máy chủ", "Giữ bản thu sau lần phát cuối", _with("ngày")),
    "phrases_megabytes": ("Máy chủ", "Câu đã đọc được giữ lại", _with("MB")),
    "province": ("Máy chủ", "Mã tỉnh", str),
    "first_people": ("Máy chủ", "Tạo ba tài khoản đầu tiên", _yes),
    "require_totp": ("Máy chủ", "Bắt buộc mã xác thực hai bước", _yes),
    "broker": ("Đường truyền tới loa", "Trạm trung chuyển", lambda v: _BROKERS.get(str(v), str(v))),
    "broker_url": ("Đường truyền tới loa", "Địa chỉ trạm trung chuyển", _address),
    "audio_broker_url": ("Đường truyền tới loa", "Địa chỉ trạm trung chuyển để gửi âm thanh", _address),
    "clock_broker_url": ("Đường truyền tới loa", "Địa chỉ trạm trung chuyển để trả lời giờ", _address),
    "nodes_broker_url": ("Đường truyền tới loa", "Địa chỉ trạm trung chuyển cho cụm loa", _address),
    "broker_passwords": ("Đường truyền tới loa", "Tệp mật khẩu của trạm trung chuyển", _as_it_is),
    "address": ("Máy chủ", "Địa chỉ để cụm loa và người dùng vào đài", _address),
    "nodes_per_commune": ("Đường truyền tới loa", "Cụm loa mô phỏng ở mỗi xã", str),
    "pace_bytes_per_second": ("Đường truyền tới loa", "Tốc độ gửi tới mỗi cụm loa", _with("byte/giây")),
    "uplink_bytes_per_second": ("Đường truyền tới loa", "Tốc độ gửi tới tất cả cụm loa", _with("byte/giây")),
    "lead_seconds": ("Đường truyền tới loa", "Gửi kế hoạch trước giờ phát ít nhất", _with("giây")),
    "emergency_lead_seconds": ("Đường truyền tới loa", "Gửi tin khẩn trước khi phát ít nhất", _with("giây")),
    "settle_seconds": ("Đường truyền tới loa", "Chờ sau khi khởi động", _with("giây")),
    "engine": ("Giọng đọc", "Bộ đọc chính", _as_it_is),
    "voice": ("Giọng đọc", "Giọng", _as_it_is),
    "rate": ("Giọng đọc", "Tốc độ đọc", _with("")),
    "fallback_engine": ("Giọng đọc", "Bộ đọc thay thế", _as_it_is),
    "region": ("Giọng đọc", "Cách đọc số", lambda v: _REGIONS.get(str(v), str(v))),
    "voices": ("Giọng đọc", "Thư mục giọng đã thêm", _as_it_is),
    "speech_cache": ("Giọng đọc", "Thư mục câu đã đọc", _as_it_is),
    "speech_workers": ("Giọng đọc", "Tiến trình đọc song song", str),
    "loudness_lufs": ("Âm thanh", "Độ to của bản thu", _with("LUFS")),
    "true_peak_dbtp": ("Âm thanh", "Đỉnh lớn nhất", _with("dBTP")),
    "bitrate_kbps": ("Âm thanh", "Tốc độ bit", _with("kbit/giây")),
    "quiet_begins": ("Quy định đầu tiên", "Giờ yên lặng bắt đầu", str),
    "quiet_ends": ("Quy định đầu tiên", "Giờ yên lặng kết thúc", str),
    "loudest_volume": ("Quy định đầu tiên", "Âm lượng lớn nhất", "{}%".format),
    "minutes_a_day": ("Quy định đầu tiên", "Phút mỗi ngày", str),
}
"""By field: its group, its name, and how a value is said. Addresses lose the passwords that they carry."""


def settings_in_words(settings: Settings) -> dict[str, list[tuple[str, str, str]]]:
    """Return the settings by group: name, value in words, and environment variable."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for field, (group, name, say) in WORDS.items():
        value = getattr(settings, field)
        groups.setdefault(group, []).append((name, say(value), f"LOA_{field.upper()}"))
    return groups
