"""Headlines of notices, for pages and for the messages that leave them."""

from typing import Final

from controller.model.notices import NoticeKind

HEADLINES: Final = {
    NoticeKind.ACCOUNT: "Một tài khoản thay đổi",
    NoticeKind.ACT_ENDED: "Văn bản hết hiệu lực",
    NoticeKind.APPROVAL_ENDS: "Phê duyệt sắp hết hiệu lực",
    NoticeKind.APPROVAL_VOID: "Phê duyệt không còn giá trị",
    NoticeKind.AIRING_MISSED: "Một lượt phát không phát được",
    NoticeKind.APPROVAL_WAITS: "Bản tin chờ duyệt đã lâu",
    NoticeKind.CALL_LAPSED: "Không ai xác nhận lệnh khẩn cấp",
    NoticeKind.CALL_WAITS: "Lệnh khẩn cấp chờ bạn xác nhận",
    NoticeKind.CORRECTED: "Bản tin của bạn được sửa lỗi gõ",
    NoticeKind.DOCUMENT_CAME: "Văn bản mới từ trung tâm",
    NoticeKind.DOCUMENT_GONE: "Trung tâm thôi nêu một văn bản",
    NoticeKind.DRILL_JUDGED: "Kết quả diễn tập",
    NoticeKind.DELIVERY_LATE: "Không kịp gửi tới mọi cụm loa",
    NoticeKind.ENDS_SOON: "Sắp hết hạn",
    NoticeKind.AUTHOR_SIGNS: "Chờ bạn nghe và ký",
    NoticeKind.LISTENER_REPORT: "Người dân phản ánh",
    NoticeKind.MACHINE: "Máy chủ của đài",
    NoticeKind.OUTAGE: "Loa mất liên lạc",
    NoticeKind.PLANS_UNSENT: "Kế hoạch mới chưa tới loa",
    NoticeKind.RETURNED: "Bản tin bị trả lại",
    NoticeKind.SECOND_SIGNATURE: "Chờ bạn ký",
    NoticeKind.SCHEDULE_ENDS: "Lịch phát sắp hết",
    NoticeKind.LEXICON: "Cách đọc bạn đề nghị",
    NoticeKind.NOT_AGREED: "Xã chưa đồng ý",
    NoticeKind.WAY_ENDED: "Một máy không nhận được thông báo nữa",
}
"""What each kind says, in a few words."""
