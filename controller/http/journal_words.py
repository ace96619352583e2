"""Names of the journal's acts on the page Nhật ký; a test compares the list with what is recorded."""

from collections.abc import Callable, Mapping
from typing import Any

from controller.http.named import Named

KINDS = {
    "ban-tin": ("Bản tin", ("bulletin.", "programme.", "rendering.", "approval.", "recording.", "topic.")),
    "phat": (
        "Lượt phát và lịch phát",
        (
            "airing.",
            "emergency.",
            "emergency-test.",
            "prepared.",
            "as_aired.",
            "schedule.",
            "occurrences.",
            "day_off.",
        ),
    ),
    "loa": ("Cụm loa", ("node.", "nodes.")),
    "nguoi": ("Người dùng", ("operator.", "token.")),
    "quy-dinh": ("Quy định, địa bàn và khóa", ("policy.", "area.", "keys.", "station.")),
    "tu-dien": ("Từ điển đọc, mẫu bản tin, nhạc hiệu", ("lexicon.", "template.", "chime.")),
}
"""Filters of the page: their word, and how the acts that belong to each begin."""

ACTS = {
    "airing.planned": "đặt lượt phát",
    "airing.agreed": "đồng ý phát ở xã",
    "airing.declined": "không đồng ý phát ở xã",
    "airing.ordered": "xếp thứ tự hai lượt phát ưu tiên ở xã",
    "schedule.agreed": "đồng ý phát cả lịch ở xã",
    "schedule.declined": "không đồng ý phát cả lịch ở xã",
    "airing.again": "phát lại ở những nơi chưa nghe",
    "airing.called": "phát theo lệnh gọi",
    "airing.cancelled": "dừng lượt phát",
    "airing.delivering": "bắt đầu gửi tới loa",
    "airing.sounding": "ghi nhận loa bắt đầu phát",
    "airing.aired": "ghi nhận đã phát xong",
    "airing.missed": "ghi nhận không phát được",
    "airing.heard-after-all": "ghi nhận loa đã phát dù từng báo không phát được",
    "approval.delegated": "ủy quyền duyệt",
    "approval.delegation-ended": "thôi ủy quyền duyệt",
    "as_aired.noted": "ghi sổ phát thanh",
    "area.languages_set": "đặt ngôn ngữ phát của địa bàn",
    "area.added": "thêm địa bàn",
    "area.closed": "đóng địa bàn",
    "area.ended": "kết thúc địa bàn",
    "area.merged": "nhập địa bàn",
    "area.outlines-imported": "nhập ranh giới lên bản đồ",
    "area.outlines-removed": "bỏ ranh giới khỏi bản đồ",
    "area.moved": "chuyển địa bàn sang cấp trên khác",
    "area.renamed": "đổi tên địa bàn",
    "area.split": "chia địa bàn",
    "notice.read": "đọc thông báo",
    "recording.served": "mở bản thu để nghe",
    "recording.listened": "nghe hết bản thu trước khi duyệt",
    "notices.read": "đọc thông báo",
    "prepared.added": "thêm bản soạn sẵn để phát khẩn",
    "prepared.released": "thôi giữ bản soạn sẵn",
    "emergency-test.called": "gọi thử loa",
    "emergency-test.started": "bắt đầu thử loa",
    "emergency-test.stopped": "dừng thử loa",
    "emergency-test.stopped-in-part": "dừng thử loa ở một phần địa bàn",
    "emergency.stopped": "dừng phát khẩn",
    "emergency.stopped-in-part": "dừng phát khẩn ở một phần địa bàn",
    "bulletin.approval-refused": "nhập sai mật khẩu khi duyệt",
    "bulletin.act_ended": "ghi văn bản hết hiệu lực",
    "bulletin.cloned": "sao chép bản tin",
    "bulletin.recalled": "lấy lại bản tin đã gửi duyệt",
    "bulletin.reference_set": "ghi văn bản căn cứ",
    "bulletin.topic_set": "chọn chủ đề bản tin",
    "topic.added": "thêm chủ đề",
    "topic.renamed": "đổi tên chủ đề",
    "topic.ended": "thôi dùng một chủ đề",
    "topic.brought-back": "dùng lại một chủ đề",
    "bulletin.approved": "duyệt bản tin",
    "bulletin.drafted": "soạn bản tin",
    "bulletin.returned": "trả lại bản tin",
    "bulletin.revised": "sửa bản tin",
    "bulletin.submitted": "gửi duyệt bản tin",
    "bulletin.withdrawn": "rút bản tin",
    "day_off.removed": "bỏ ngày nghỉ",
    "day_off.set": "đặt ngày nghỉ",
    "keys.revoked": "thu hồi khóa",
    "operator.key-renewed": "có khóa ký mới",
    "keys.station-renewed": "tạo khóa mới của đài",
    "keys.station-taken-up": "bắt đầu dùng khóa mới của đài",
    "keys.retired": "cho thôi dùng một khóa",
    "keys.compromised": "khai khóa bị lộ",
    "keys.signed": "ký bộ khóa",
    "emergency.all-clear": "báo yên",
    "emergency.called": "gọi phát khẩn",
    "emergency.confirmed": "xác nhận phát khẩn",
    "emergency.declined": "từ chối xác nhận phát khẩn",
    "emergency.glass-broken": "phát khẩn một mình, không chờ người thứ hai",
    "emergency.lapsed": "để quá hạn xác nhận phát khẩn",
    "emergency.refused": "nhập sai mã khi phát khẩn",
    "emergency.released": "thôi phát khẩn",
    "emergency.started": "bắt đầu phát khẩn",
    "lexicon.added": "thêm từ vào từ điển đọc",
    "lexicon.removed": "xóa từ khỏi từ điển đọc",
    "node.brought-back": "đưa cụm loa vào dùng lại",
    "node.cared-for": "ghi ai lo cụm loa",
    "airing.test-planned": "phát thử ở một cụm loa",
    "node.code-made": "tạo mã gắn cụm loa",
    "node.code-withdrawn": "hủy mã gắn cụm loa",
    "node.enrolled": "gắn thiết bị vào cụm loa",
    "broker.put-back": "đặt lại tài liệu bị người khác đổi ở trạm trung chuyển",
    "node.flooding": "ghi nhận cụm loa gửi quá nhiều tin",
    "node.moved": "chuyển cụm loa sang địa bàn khác",
    "node.quarantined": "cách ly cụm loa",
    "node.released": "thôi cách ly cụm loa",
    "node.volume-limited": "giới hạn âm lượng cụm loa",
    "node.retired": "ngừng dùng cụm loa",
    "nodes.enrolled": "thêm cụm loa",
    "occurrences.made": "tạo các lượt phát theo lịch",
    "operator.code-refused": "nhập sai mã xác thực",
    "operator.created": "mở tài khoản",
    "operator.disabled": "khóa tài khoản",
    "operator.enabled": "mở khóa tài khoản",
    "operator.first-code-made": "tạo mã bắt đầu",
    "operator.moved": "chuyển địa bàn của tài khoản",
    "operator.password-changed": "đổi mật khẩu",
    "operator.password-reset": "cấp mật khẩu mới",
    "operator.recovery-code-used": "dùng mã dự phòng",
    "operator.recovery-codes-renewed": "tạo mã dự phòng mới",
    "operator.roles-changed": "đổi vai trò",
    "operator.second-factor-confirmed": "gắn mã xác thực hai bước",
    "operator.second-factor-removed": "gỡ mã xác thực hai bước",
    "operator.signed-in": "đăng nhập",
    "operator.signed-out": "đăng xuất",
    "programme.drafted": "soạn chương trình",
    "programme.revised": "sửa chương trình",
    "policy.signing-refused": "nhập sai mật khẩu khi ký quy định",
    "policy.signed": "ký quy định",
    "rendering.failed": "dựng âm thanh không được",
    "recordings.removed": "xóa bản thu đã hết thời gian lưu",
    "rendering.finished": "dựng xong âm thanh",
    "rendering.renewed": "dựng lại âm thanh theo cách đọc mới",
    "rendering.retried": "yêu cầu dựng lại âm thanh",
    "schedule.changed": "đổi lịch phát",
    "report.made": "nhận phản ánh của người dân",
    "report.answered": "trả lời phản ánh của người dân",
    "schedule.ended": "dừng lịch phát",
    "schedule.made": "lập lịch phát",
    "schedule.occurrence_cancelled": "hủy một lần phát",
    "schedule.occurrence_moved": "dời một lần phát",
    "station.founded": "lập đài",
    "chime.chosen": "đặt nhạc hiệu",
    "chime.removed": "thôi dùng nhạc hiệu riêng",
    "template.added": "thêm mẫu bản tin",
    "template.changed": "sửa mẫu bản tin",
    "template.removed": "xóa mẫu bản tin",
    "token.created": "tạo mã truy cập cho chương trình",
    "token.revoked": "thu hồi mã truy cập",
}

ROLES = Named(
    {
        "officer": "cán bộ soạn tin",
        "approver": "cán bộ duyệt",
        "technician": "kỹ thuật viên",
        "administrator": "quản trị",
    },
    str,
)
"""What each role is called."""


def act_words(act: str) -> str:
    """Return the act in words; an act without words is returned as recorded."""
    return ACTS.get(act, act)


def detail_words(detail: Mapping[str, Any]) -> list[str]:
    """Return the parts of an entry's detail that are useful to an administrator, one phrase each."""
    said = (_PHRASES[key](value) for key, value in detail.items() if key in _PHRASES and value is not None)
    return [phrase for phrase in said if phrase]


def _roles(roles: Any) -> str:
    return ", ".join(ROLES[role] for role in roles)


def _softer(spans: Any) -> str:
    said = ", ".join(f"{one['begins']}–{one['ends']} tối đa {one['loudest_volume']}%" for one in spans)
    return f"phát nhỏ hơn: {said}" if said else ""


def _spans(spans: Any) -> str:
    said = ", ".join(f"{one['begins']}–{one['ends']}" for one in spans)
    return f"giờ yên lặng {said}" if said else "không có giờ yên lặng"


_PHRASES: dict[str, Callable[[Any], str]] = {
    "reason": lambda reason: f"lý do: {reason}" if reason else "",
    "roles": lambda roles: f"vai trò: {_roles(roles)}",
    "before": lambda roles: f"trước đó: {_roles(roles)}",
    "nodes": "{} cụm loa".format,
    "loudest_volume": "âm lượng lớn nhất {}%".format,
    "minutes_a_day": "tối đa {} phút mỗi ngày".format,
    "quiet_hours": _spans,
    "volumes": _softer,
    "loudest": "tối đa {}%".format,
    "spoken": "đọc là «{}»".format,
    "name": lambda name: f"tên: {name}" if name else "",
    "address": "từ địa chỉ {}".format,
    "revision": "phiên bản {}".format,
    "outlines": "ranh giới của {} địa bàn".format,
    "file": lambda file: f"tệp «{file}»" if file else "",
}
"""How parts of a detail are said; those without a phrase are for programs."""
