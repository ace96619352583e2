"""Ways, topics and what became of messages, in Vietnamese."""

from typing import Final

from controller.model.notice_ways import MessageState, NoticeTopic, WayKind

WAY_WORDS: Final = {
    WayKind.PUSH: "Báo trên máy",
    WayKind.MAIL: "Thư điện tử",
    WayKind.SMS: "Tin nhắn SMS",
    WayKind.CHAT: "Tin nhắn Telegram, Zalo",
    WayKind.WEBHOOK: "Chương trình nhận (webhook)",
}
TOPIC_WORDS: Final = {
    NoticeTopic.CALL: "Lệnh khẩn cấp chờ người thứ hai",
    NoticeTopic.TASK: "Việc chờ tôi: bị trả lại, chờ duyệt, chờ ký",
    NoticeTopic.ENDING: "Sắp hết hạn, loa sẽ im",
    NoticeTopic.LOUDSPEAKER: "Loa mất liên lạc, không phát được; máy chủ có sự cố",
    NoticeTopic.LISTENER: "Người dân phản ánh",
    NoticeTopic.OTHER: "Việc khác: tài khoản, từ điển, sửa lỗi gõ",
}
STATE_WORDS: Final = {
    MessageState.WAITING: "chờ gửi",
    MessageState.SENDING: "đang gửi",
    MessageState.SENT: "đã gửi",
    MessageState.FAILED: "không gửi được",
    MessageState.DROPPED: "đã bỏ vì không còn đúng",
}
