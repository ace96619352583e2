"""The built-in templates: what communes air again and again, each with its places to fill in.

Written for this project. What they tell people to do is what is asked of them everywhere: the health
ministry's advice on dengue and on the half hour after an injection, the law on military service for who
registers and when, the law on health insurance for families, 114 for fire. What differs by place or by
year (who, where, until when, how much) is a place to fill in, so that no template grows false with time.
"""

from dataclasses import dataclass

from controller.model.templates import TemplateId


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One built-in template; it belongs to the whole province and to nobody."""

    id: TemplateId
    title: str
    text: str


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn(
        TemplateId("cat-dien"),
        "Tạm ngừng cấp điện",
        "[tên đơn vị điện lực] thông báo tạm ngừng cấp điện từ [giờ bắt đầu] đến [giờ kết thúc], ngày "
        "[ngày], tại [tên thôn, tổ dân phố], để [lý do].\n"
        "Bà con chủ động trữ nước, sạc đầy điện thoại và đèn. Điện có thể có lại sớm hơn giờ đã báo, vì "
        "vậy trong lúc mất điện không ai được tự ý sửa chữa hay trèo lên cột điện.\n"
        "Cần hỏi thêm, xin gọi số [số điện thoại].",
    ),
    BuiltIn(
        TemplateId("ngung-nuoc"),
        "Tạm ngừng cấp nước",
        "[tên đơn vị cấp nước] thông báo tạm ngừng cấp nước từ [giờ bắt đầu] đến [giờ kết thúc], ngày "
        "[ngày], tại [tên thôn, tổ dân phố], để [lý do].\n"
        "Bà con trữ đủ nước sinh hoạt và khóa vòi khi không dùng. Lúc có nước lại, hãy xả bỏ nước đục "
        "trước khi dùng để ăn uống.\n"
        "Cần hỏi thêm, xin gọi số [số điện thoại].",
    ),
    BuiltIn(
        TemplateId("tiem-chung"),
        "Lịch tiêm chủng",
        "[tên trạm y tế] mời các gia đình đưa trẻ [độ tuổi] đến tiêm [tên vắc xin] vào [giờ], ngày [ngày], "
        "tại [địa điểm].\n"
        "Khi đi, hãy mang theo sổ tiêm chủng và báo cho cán bộ y tế biết nếu trẻ đang ốm, đang dùng thuốc "
        "hay từng bị dị ứng. Tiêm xong, cho trẻ ở lại ít nhất 30 phút để theo dõi. Về nhà, nếu trẻ sốt "
        "cao, khó thở, tím tái hay bỏ bú, hãy đưa ngay đến cơ sở y tế gần nhất.",
    ),
    BuiltIn(
        TemplateId("sot-xuat-huyet"),
        "Phòng chống sốt xuất huyết",
        "Từ đầu [tháng hoặc năm] đến nay, [tên xã, phường] có [số ca] ca sốt xuất huyết. Muỗi truyền bệnh đẻ "
        "trứng trong nước sạch quanh nhà.\n"
        "Mỗi tuần một lần, bà con hãy đậy kín lu, bể chứa nước; thả cá vào bể lớn; lật úp xô, chậu, "
        "lốp xe và vỏ dừa; thay nước bình hoa. Hãy ngủ màn, kể cả ban ngày.\n"
        "[tên đơn vị] tổng vệ sinh, diệt lăng quăng vào [giờ], ngày [ngày]. Người bị sốt cao phải đến "
        "cơ sở y tế khám, không tự mua thuốc hạ sốt loại aspirin hay ibuprofen.",
    ),
    BuiltIn(
        TemplateId("thu-gom-rac"),
        "Thu gom rác thải sinh hoạt",
        "[tên đơn vị thu gom] thu gom rác tại [tên thôn, tổ dân phố] vào [giờ], [các ngày trong tuần], bắt "
        "đầu từ ngày [ngày].\n"
        "Bà con phân loại rác tại nhà: rác còn tái chế được, rác thực phẩm, và rác khác; buộc kín túi, đặt "
        "tại [điểm tập kết] trước giờ xe đến không quá [số giờ]. Không vứt rác xuống kênh, suối, bờ "
        "biển và không đốt rác.\n"
        "Cần thu gom vật cồng kềnh, xin gọi số [số điện thoại].",
    ),
    BuiltIn(
        TemplateId("chay-rung"),
        "Phòng cháy, chữa cháy rừng",
        "Dự báo cháy rừng tại [tên xã] đang ở cấp [cấp dự báo], từ ngày [ngày bắt đầu] đến ngày [ngày kết "
        "thúc].\n"
        "Trong những ngày này, không đốt nương rẫy, không đốt thực bì, không dùng lửa bắt ong, không hút "
        "thuốc và không mang vật dễ cháy vào rừng. Ai thấy khói, thấy lửa trong rừng, hãy gọi ngay số 114 "
        "hoặc [tên và số điện thoại người trực].\n"
        "Người gây cháy rừng bị xử phạt, nặng thì bị truy cứu trách nhiệm hình sự.",
    ),
    BuiltIn(
        TemplateId("hop-thon"),
        "Mời họp thôn, tổ dân phố",
        "Ban cán sự [tên thôn, tổ dân phố] kính mời đại diện các hộ gia đình đến dự họp vào [giờ], ngày "
        "[ngày], tại [địa điểm].\n"
        "Nội dung: [nội dung họp].\n"
        "Mỗi hộ cử một người có thể thay mặt gia đình bàn bạc và biểu quyết. Bà con đến đúng giờ để cuộc "
        "họp đạt kết quả. Hộ nào không đến được, xin báo trước cho [tên người nhận tin].",
    ),
    BuiltIn(
        TemplateId("nghia-vu-quan-su"),
        "Đăng ký nghĩa vụ quân sự lần đầu",
        "[tên cơ quan quân sự] mời công dân nam đủ 17 tuổi trong năm [năm], và công dân trong độ tuổi "
        "nhập ngũ chưa đăng ký, đến đăng ký nghĩa vụ quân sự từ ngày [ngày bắt đầu] đến ngày [ngày kết "
        "thúc], tại [địa điểm].\n"
        "Khi đi, hãy mang theo căn cước và [giấy tờ khác]. Người đang học hay làm việc ở xa, gia đình báo "
        "cho người ấy biết và liên hệ [tên người phụ trách], số điện thoại [số điện thoại].",
    ),
    BuiltIn(
        TemplateId("bao-hiem-y-te"),
        "Tham gia bảo hiểm y tế hộ gia đình",
        "[tên cơ quan bảo hiểm] mời các hộ gia đình ở [tên xã, phường] tham gia hoặc đóng tiếp bảo hiểm y tế "
        "trước ngày [ngày], tại [địa điểm].\n"
        "Các thành viên trong hộ cùng tham gia thì từ người thứ hai trở đi được giảm mức đóng. Hãy đóng "
        "tiếp trước khi thẻ hết hạn để không bị gián đoạn quyền lợi. Khi đi, hãy mang theo căn cước của "
        "từng người; người thuộc diện được hỗ trợ thì mang thêm [giấy tờ].\n"
        "Cần hỏi thêm, xin gọi số [số điện thoại].",
    ),
    BuiltIn(
        TemplateId("tiem-cho-meo"),
        "Tiêm phòng dại cho chó, mèo",
        "[tên đơn vị] tổ chức tiêm phòng dại cho chó, mèo vào [giờ], ngày [ngày], tại [địa điểm]. Mức thu: "
        "[mức thu].\n"
        "Nhà nào nuôi chó, mèo hãy đưa đến tiêm; chó phải đeo rọ mõm và có người dắt. Ai bị chó, mèo cắn hay "
        "cào, hãy rửa ngay vết thương bằng nước và xà phòng trong 15 phút, rồi đến cơ sở y tế để tiêm "
        "vắc xin; không chữa bằng thuốc nam.",
    ),
)
