"""The day that the pictures show: a morning in the province, texts in every state, people who answer."""

from datetime import date, time, timedelta
from io import BytesIO

from controller.features.accounts.delegation import delegate_approval
from controller.features.accounts.passkeys import NewDevice, add_passkey
from controller.features.accounts.queries import held_key
from controller.features.accounts.service import create_operator
from controller.features.accounts.tokens import create_token
from controller.features.area_changes.service import set_languages
from controller.features.area_groups.service import set_area_group
from controller.features.areas.queries import known_areas
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.service import draft_bulletin, return_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.bulletins.topics import set_topic
from controller.features.bulletins.variants import add_variant
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import end_acts, set_reference
from controller.features.listeners.service import answer_report, report_trouble
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.schedules.days_off import set_day_off
from controller.features.schedules.service import schedule_bulletin
from controller.features.speech.schemas import AreaSpeechAsked
from controller.features.speech.service import set_area_speech
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import set_area_turns
from controller.model.bulletin_states import ItemKind
from controller.model.fleet import PositionSource
from controller.model.permissions import Act
from controller.trial.simulated import place_around
from devices.ids import Grade, NodeId, Role
from devices.passkeys import base64url
from schedules.recurrence import Daily, Weekday, Weekly
from tests.browser.administration_shown import tell_of_the_house
from tests.browser.drills_shown import hold_drills
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE, Made
from tests.support.brought_sounds import packed, speech_like
from tests.support.phrase_clock import keep_times
from tests.support.software_authenticator import SoftwareAuthenticator
from tests.support.swelling_tone import mp3

_LONG = Made(mp3(8, 440), 424_000)
_SORTING = (
    "Kính thưa bà con. Từ ngày 01/12/2026, rác tại nhà được chia làm ba loại: rác thực phẩm, rác tái chế "
    "và rác còn lại.\n\nRác thực phẩm bỏ vào túi màu xanh, đưa ra trước nhà lúc 18 giờ các ngày thứ Hai, "
    "thứ Tư, thứ Sáu. Chai nhựa, giấy, kim loại gom riêng, giao cho tổ thu gom sáng Chủ nhật.\n\n"
    "Hộ nào không phân loại bị nhắc nhở, tái phạm bị xử phạt theo Nghị định 45/2022/NĐ-CP."
)
_VACCINE = (
    "Trạm y tế phường tổ chức tiêm chủng mở rộng cho trẻ dưới 5 tuổi vào sáng thứ Năm, ngày 03/12/2026, "
    "từ 7 giờ 30 đến 11 giờ. Đề nghị bà con mang theo sổ tiêm chủng."
)
_DROWNING = (
    "Ủy ban nhân dân tỉnh ban hành Quyết định 1322/QĐ-UBND về phòng, chống đuối nước trẻ em.\n\n"
    "Cha mẹ không để trẻ tự ra sông, suối, hồ, biển khi không có người lớn đi cùng. "
    "Nhà có giếng, bể nước phải có nắp đậy. Trường học dạy bơi cho học sinh từ lớp 3."
)


PHONE_THAT_SIGNS = SoftwareAuthenticator()


def tell_a_day(world):
    """Let a morning go by in the province; return what the pictures show, by the names of `shots`."""
    away = [world.nodes[17], world.nodes[40], world.nodes[41]]
    place_all(world)
    world.bring_online()
    world.later(minutes=1)
    world.lose(away)
    heard = world.aired(
        title="Lịch tiêm chủng mở rộng tháng 12", without=away, reasons=[(world.nodes[8], "power-lost")]
    )
    world.do(set_area_group, "ven biển", [NHA_TRANG, BAC_NHA_TRANG], by=world.people["quantri"])
    slow = AreaSpeechAsked(area=BAC_NHA_TRANG, engine="loa", voice="jm_kumo", pace="slow")
    world.do(set_area_speech, slow, world.settings, by=world.approver)
    world.later(minutes=35)
    title = "Quyết định 1322/QĐ-UBND về phòng, chống đuối nước"
    waiting, _ = world.submitted(title, _DROWNING)
    keep_times(world, Made(mp3(), 8_000).recording, title, _DROWNING)
    planned = world.plan(waiting, seconds=4 * 3600 + 400)
    made, rendering = world.submitted("Thông báo cắt điện sửa lưới", rendered=False)
    world.plan(made, areas=[NHA_TRANG, BAC_NHA_TRANG], seconds=6 * 3600)
    world.speak(rendering, 7, 12)
    shown = {"waiting": waiting, "planned": planned, "heard": heard, "area": NHA_TRANG}
    shown |= tell_of_texts(world)
    shown |= tell_of_schedules(world, shown["approved"])
    shown |= ask_the_commune(world, shown["approved"])
    shown["code"] = tell_of_listeners(world)
    there = [node for node in world.nodes if node not in away]
    shown["node_id"] = there[2]
    shown |= tell_of_the_house(world, there[2])
    shown["kid"] = world.ask(held_key, world.people["duyet"].id, Role.APPROVER, world.now()).kid
    tell_of_people(world)
    live, _ = world.approved_airing(made=_LONG, seconds=20, grade=Grade.PRIORITY)
    world.tell(live, _LONG, "fetched", there[:-4])
    world.later(seconds=20)
    world.advance()
    world.tell(live, _LONG, "started", there[:-9], spread_ms=14)
    world.later(seconds=97)
    world.bring_online(without=away, sounding=live)
    let_neighbours_speak_in_turns(world)
    shown["drill_id"] = hold_drills(world)
    return shown | {"airing_id": live, "first": "2026-11-30", "day": "2026-11-26"}


def place_all(world):
    """Have every loudspeaker stand somewhere around its commune's centre."""
    areas = world.ask(known_areas)
    places = [
        Placed(node, *place_around(areas[code].latitude, areas[code].longitude, number))
        for node in world.nodes
        for code, number in [(node.split("-")[1], int(node.split("-")[2]))]
    ]
    world.do(place_nodes, places, source=PositionSource.FILE, by=world.people["kythuat"])


def let_neighbours_speak_in_turns(world):
    """Have the commune's two loudspeakers stand 300 m apart, and speak one after the other."""
    near = [node for node in world.nodes if NHA_TRANG in node]
    centre = world.ask(known_areas)[NHA_TRANG]
    places = [Placed(node, centre.latitude + n * 0.0027, centre.longitude) for n, node in enumerate(near)]
    world.do(place_nodes, places, source=PositionSource.FILE, by=world.people["kythuat"])
    world.do(set_area_turns, AreaTurnsAsked(area=NHA_TRANG, most=4), by=world.approver)


def tell_of_texts(world):
    """Have texts of every kind: approved with its act, returned, a draft, a brought sound, a programme."""
    approved, _ = world.submitted("Phân loại rác tại nhà từ ngày 01/12", _SORTING)
    act = Reference("45/QĐ-UBND", "Quyết định", "Ủy ban nhân dân tỉnh Khánh Hòa", date(2026, 11, 10))
    world.do(set_reference, approved, act, by=world.officer)
    world.do(set_topic, approved, "van-hoa", by=world.officer)
    world.approve(approved)
    returned, _ = world.submitted(
        "Thông báo họp tổ dân phố số 5", "Kính mời bà con họp lúc 19h30 ngày 31/11."
    )
    world.do(return_bulletin, returned, reason="Tháng 11 không có ngày 31. Hãy xem lại.", by=world.approver)
    world.draft("Lịch cúp nước khu phố 3", "Nhà máy nước báo tạm ngừng cấp nước từ 8 giờ đến 16 giờ.")
    upload = keep_upload(world.uploads, BytesIO(packed(speech_like(24), "mp3")))
    sound = world.do(
        draft_bulletin,
        title="Lời kêu gọi của Chủ tịch phường",
        text="Chủ tịch phường kêu gọi bà con ủng hộ đồng bào vùng lũ.",
        upload=upload,
        by=world.officer,
    ).id
    rule = {"by": world.people["quantri"]}
    world.do(set_languages, BAC_NHA_TRANG, ["rog", "vie"], **rule)
    raglai = keep_upload(world.uploads, BytesIO(packed(speech_like(18), "mp3")))
    words = "Nội dung như bản tiếng Việt, bằng tiếng Ra-glai."
    world.do(add_variant, approved, language="rog", text=words, upload=raglai, by=world.officer)
    vaccine, _ = world.submitted("Tiêm chủng sáng thứ Năm", _VACCINE)
    world.approve(vaccine)
    items = [
        Item(ItemKind.CHIME),
        Item(ItemKind.SPEECH, "Kính chào bà con. Sau đây là bản tin chiều của phường."),
        Item(ItemKind.BULLETIN, bulletin=vaccine),
        Item(ItemKind.SILENCE, seconds=2),
        Item(ItemKind.BULLETIN, bulletin=approved),
        Item(ItemKind.SPEECH, "Xin cảm ơn bà con đã lắng nghe."),
        Item(ItemKind.CHIME),
    ]
    programme = world.do(draft_programme, title="Bản tin chiều thứ Tư", items=items, by=world.officer).id
    end_an_act(world)
    return {"approved": approved, "returned": returned, "sound": sound, "programme": programme}


def end_an_act(world):
    """Have a text lose the act that it tells of, so that its writer is told."""
    ended, _ = world.submitted("Hỗ trợ lãi suất vay mua tàu cá")
    last = world.now().date() - timedelta(days=1)
    act = Reference("31/2023/QĐ-UBND", "Quyết định", "Ủy ban nhân dân tỉnh", None, None, last)
    world.do(set_reference, ended, act, by=world.officer)
    world.do(end_acts)


def tell_of_schedules(world, bulletin):
    """Lay down what is aired every week, and a holiday of the province's own."""
    morning = Weekly(at=time(5, 30), first=date(2026, 11, 26), weekdays=frozenset(list(Weekday)[:5]))
    evening = Daily(at=time(17), first=date(2026, 11, 25))
    world.do(schedule_bulletin, bulletin, areas=[BAC_NHA_TRANG], rule=morning, by=world.officer)
    schedule = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=evening, by=world.officer).id
    world.do(set_day_off, date(2026, 12, 7), name="Lễ hội Tháp Bà", by=world.people["quantri"])
    return {"schedule_id": schedule}


def ask_the_commune(world, bulletin):
    """Ask one commune whether it wants an airing, and which of two goes first."""
    asked = world.plan(bulletin, areas=[NHA_TRANG], seconds=3 * 3600, agreed=False)
    for by, title in (("duyet", "Cảnh báo lũ sông Cái"), ("xanhatrang", "Sơ tán khu vực ven sông")):
        urgent, _ = world.submitted(title, by=world.people["canbo"])
        world.approve(urgent)
        world.plan(urgent, areas=[NHA_TRANG], seconds=20 * 3600, grade=Grade.PRIORITY, by=world.people[by])
    return {"asked": asked}


def tell_of_listeners(world):
    """Have people report, and one of them answered; return that one's code."""
    node = NodeId(f"loa-{NHA_TRANG}-1")
    first, code = world.do(report_trouble, node, trouble="broken", words="Loa rè từ sáng, nghe không rõ lời.")
    answer = "Cảm ơn bà con. Kỹ thuật viên đã thay tăng âm chiều nay."
    world.do(answer_report, first.id, answer=answer, by=world.officer)
    world.do(report_trouble, NodeId(f"loa-{NHA_TRANG}-2"), trouble="too-early", words="Năm giờ sáng còn sớm.")
    return code


def tell_of_people(world):
    """Have an approver lend the right to approve, and give a program a token."""
    world.do(
        create_operator,
        name="duyetxa",
        display_name="Trần Thị Thu",
        roles={"approver"},
        area=NHA_TRANG,
        password=PASSWORDS["duyet"],
        by=None,
    )
    until = world.now() + timedelta(days=9)
    world.do(delegate_approval, to="duyetxa", area=PROVINCE, until=until, by=world.approver)
    asked = {"acts": [Act.SEE, Act.STOP], "area": PROVINCE, "expires_at": until, "of": world.approver}
    world.do(create_token, name="Bảng điện tử ở quảng trường 2 tháng 4", **asked)
    credential = base64url(PHONE_THAT_SIGNS.credential)
    device = NewDevice(credential, PHONE_THAT_SIGNS.public, PHONE_THAT_SIGNS.rp_id)
    world.do(add_passkey, device, name="Điện thoại của tôi", by=world.approver)


def sound_the_alarm(world, prepared):
    """Have the approver call an emergency alone; return it."""
    call = WantedCall([PROVINCE], prepared)
    started = world.do(
        call_alone,
        call,
        because="Nước qua đập tràn",
        by=world.approver,
        password=PASSWORDS["duyet"],
        times=world.times,
    )
    return started.row.id
