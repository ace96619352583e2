"""The built-in texts: what to do, in short sentences, for listeners who hear them through wind and rain.

Written for this project from what Vietnamese civil defence asks of people: go where, take what, call whom.
112 is search and rescue, 114 fire, 113 police, 115 ambulance. `{place}` is the area's name.
"""

from dataclasses import dataclass

from controller.errors import NotFound
from controller.model.emergency_states import Kind


@dataclass(frozen=True, slots=True)
class Template:
    """One built-in text; its title is spoken first."""

    key: str
    kind: Kind
    title: str
    text: str

    def written_for(self, place: str) -> str:
        """Return the text for a place."""
        return self.text.format(place=place)


TEMPLATES: tuple[Template, ...] = (
    Template(
        "storm",
        Kind.ALARM,
        "Khẩn cấp: bão mạnh",
        "Khẩn cấp. Bão mạnh đang tới {place}. Mọi người vào nhà kiên cố và ở yên trong nhà, tránh xa cửa "
        "kính. Tàu thuyền về bến, không ai ở lại trên tàu, trên lồng bè. Nhà không chắc chắn thì đến ngay "
        "điểm trú bão gần nhất, mang theo nước uống, thuốc và đèn pin. Nước vào nhà thì ngắt cầu dao "
        "điện. Cần cứu giúp, gọi 112.",
    ),
    Template(
        "flood",
        Kind.ALARM,
        "Khẩn cấp: lũ",
        "Khẩn cấp. Nước lũ đang lên nhanh ở {place}. Người ở ven sông, ven suối và vùng trũng đến ngay "
        "chỗ cao. Không lội, không chạy xe qua chỗ nước chảy xiết. Ngắt cầu dao điện trước khi rời nhà. "
        "Giúp người già, trẻ em và người khuyết tật đi trước. Cần cứu giúp, gọi 112.",
    ),
    Template(
        "forest-fire",
        Kind.ALARM,
        "Khẩn cấp: cháy rừng",
        "Khẩn cấp. Đang có cháy rừng ở {place}. Người ở gần rừng đi ngay ra chỗ trống, ngược hướng gió "
        "thổi khói, che mũi miệng bằng khăn ướt. Khóa bình ga, không quay lại lấy đồ. Không ai tự ý vào "
        "vùng cháy. Nhường đường cho xe chữa cháy. Thấy lửa hoặc cần cứu giúp, gọi 114.",
    ),
    Template(
        "missing-person",
        Kind.ALARM,
        "Thông báo khẩn: tìm người mất tích",
        "Thông báo khẩn. {place} đang tìm một người mất tích. Mọi người kiểm tra sân vườn, giếng nước, ao "
        "hồ và nhà bỏ trống quanh nhà mình. Thấy người lạ đi một mình, có vẻ mệt hoặc không nhớ đường, "
        "hãy giữ người đó lại nơi an toàn và gọi ngay công an theo số 113.",
    ),
    Template(
        "tsunami",
        Kind.ALARM,
        "Khẩn cấp: sóng thần",
        "Khẩn cấp. Sóng thần có thể vào bờ biển {place}. Rời bờ biển ngay, đi bộ lên chỗ cao hoặc lên "
        "tầng ba trở lên của nhà kiên cố. Không chờ xem sóng, không quay lại lấy đồ. Tàu đang ở xa bờ thì "
        "ra vùng nước sâu. Sóng sau có thể lớn hơn sóng trước: ở lại chỗ cao cho tới khi có thông báo báo "
        "yên.",
    ),
    Template(
        "dam-release",
        Kind.ALARM,
        "Khẩn cấp: hồ chứa xả lũ",
        "Khẩn cấp. Hồ chứa đang xả lũ, nước sông qua {place} sẽ lên rất nhanh. Rời ngay lòng sông, bãi "
        "bồi và ven sông. Đưa người, thuyền và gia súc lên chỗ cao. Không qua ngầm, qua tràn, không vớt "
        "củi, không đánh cá. Cần cứu giúp, gọi 112.",
    ),
    Template(
        "all-clear",
        Kind.ALL_CLEAR,
        "Báo yên",
        "Báo yên. Tình trạng khẩn cấp ở {place} đã chấm dứt. Mọi người có thể trở lại sinh hoạt bình "
        "thường. Đi lại cẩn thận, tránh xa dây điện đứt, nhà hư hỏng và chỗ nước còn sâu. Thấy người cần "
        "giúp, gọi 112.",
    ),
    Template(
        "test",
        Kind.TEST,
        "Thử loa",
        "Đây là phát thử. Hệ thống loa của {place} đang được kiểm tra. Không có tình huống khẩn cấp nào. "
        "Mọi người không phải làm gì. Xin nhắc lại: đây chỉ là phát thử.",
    ),
)


def template_named(key: str) -> Template:
    """Return the built-in text of that key, or raise NotFound."""
    found = next((one for one in TEMPLATES if one.key == key), None)
    if found is None:
        known = ", ".join(one.key for one in TEMPLATES)
        raise NotFound(f"Không có mẫu «{key}». Các mẫu: {known}.", code="emergency.unknown-template")
    return found
