"""Who may come to which address: one row for every page and call. A new address without a row fails a test.

`needs`: the act that lets a role through (`can` says which), SIGNED for whoever is signed in, OPEN for
anybody. `sends`: a form (pages) or JSON (`/api/`) that is right in itself, so that only the person decides.
`foreign`: what a person of another commune gets for an object of this one; None where there is no object, and
for streams, which find out when they draw their first piece.
"""

from dataclasses import dataclass
from typing import Any

from controller.operators.permissions import Act
from tests.integration.web.site_world import mp3
from tests.support.made_outlines import collection, square

OPEN, SIGNED = "open", "signed in"
HIDDEN = frozenset({403, 404})


@dataclass(frozen=True)
class Row:
    needs: Act | str
    sends: dict[str, Any] | None = None
    foreign: frozenset[int] | None = None


TEMPLATE = {"ten": "Chợ phiên", "loi": "Chợ phiên họp ngày [ngày]."}
DRAFT = {"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "nhap"}
WHEN = {"noi": "tinh", "luc": "ngay"}
NEW_AREA = {"code": "22333.8", "name": "Xã Mới", "kind": "Xã"}
INTO = {"to": "22333", "password": "x"}
CODE = {"node": "kh-1", "area": "22333", "name": "Cụm 1"}
CLAIM = {"code": "ABCDEFGH", "public": "p" * 43, "proof": "p" * 86}
AIR = {"areas": ["22333"], "starts_in_seconds": 3600}
LATER = "2026-12-20T00:00:00Z"
RULE = {"kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "2026-12-01"}
EVERY_DAY = {"every": "day", "at": "17:00:00", "first": "2026-12-01"}

FILE = {"file": ("thong-bao.txt", "Lịch tiêm phòng\n\nNgày 30/11/2026.".encode())}

OUTLINES = {"file": ("xa.geojson", collection({"22333": [square(109.19, 12.3)]}))}

SOUND = {"file": ("tin.mp3", mp3()), "title": "Tin", "text": "Nội dung.", "language": "rog"}
JINGLE = {"file": ("nhac.mp3", mp3()), "cho": "opening", "dia_ban": "56"}
BROUGHT = {"file": ("tin.mp3", mp3()), "tieu_de": "Tin", "noi_dung": "Nội dung.", "tieng": "rog"}

ORDERED = {"tieu_de": "Tin chiều", "muc_loai": "speech", "muc_chu": "Kính chào bà con."}
ORDERED |= {"muc_ban_tin": "", "muc_tep": "", "muc_giay": "", "viec": "nhap"}

PROGRAMME = {"title": "Tin", "items": [{"kind": "speech", "text": "Kính chào bà con."}]}

PAGES = {
    "GET /": Row(SIGNED),
    "GET /song": Row(SIGNED),
    "GET /thong-bao": Row(SIGNED),
    "POST /thong-bao/{notice_id}/da-biet": Row(SIGNED, {}, foreign=HIDDEN),
    "GET /phat": Row(SIGNED),
    "GET /phat/{airing_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/phat/{airing_id}": Row(SIGNED),
    "GET /phat/{airing_id}/cum-loa": Row(SIGNED, foreign=HIDDEN),
    "GET /phat/{airing_id}/dung": Row(SIGNED, foreign=HIDDEN),
    "POST /phat/{airing_id}/dung": Row(Act.STOP, {}, foreign=HIDDEN),
    "GET /phat/{airing_id}/doi": Row(SIGNED, foreign=HIDDEN),
    "POST /phat/{airing_id}/doi": Row(Act.AIR, {"ngay": "2026-12-20", "gio": "17:00"}, foreign=HIDDEN),
    "GET /phat/{airing_id}/phat-lai": Row(SIGNED, foreign=HIDDEN),
    "POST /phat/{airing_id}/phat-lai": Row(Act.AIR, {"loa": "x"}, foreign=HIDDEN),
    "POST /phat/{airing_id}/tra-loi": Row(Act.ANSWER, {"tra_loi": "dong-y"}, foreign=HIDDEN),
    "POST /phat/thu-tu": Row(Act.ANSWER, {"truoc": "khong-co", "sau": "khong-co"}),
    "POST /lich/{schedule_id}/tra-loi": Row(Act.ANSWER, {"tra_loi": "khong"}, foreign=HIDDEN),
    "GET /lich": Row(SIGNED),
    "GET /lich/tuan/{first}": Row(SIGNED),
    "GET /song/lich/tuan/{first}": Row(SIGNED),
    "GET /lich/ngay/{day}": Row(SIGNED),
    "GET /lich/danh-sach": Row(SIGNED),
    "GET /lich/tao": Row(Act.AIR),
    "POST /lich/tao": Row(Act.AIR, RULE),
    "POST /lich/xem-truoc": Row(Act.AIR, RULE),
    "GET /lich/{schedule_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /lich/{schedule_id}/sua": Row(SIGNED, foreign=HIDDEN),
    "POST /lich/{schedule_id}/sua": Row(Act.AIR, RULE, foreign=HIDDEN),
    "GET /lich/{schedule_id}/ket-thuc": Row(SIGNED, foreign=HIDDEN),
    "POST /lich/{schedule_id}/ket-thuc": Row(Act.STOP, {}, foreign=HIDDEN),
    "GET /lich/{schedule_id}/lan?luc=2026-12-20T00:00:00Z": Row(SIGNED, foreign=HIDDEN),
    "POST /lich/{schedule_id}/lan/doi": Row(
        Act.AIR, {"luc": LATER, "ngay": "2026-12-20", "gio": "17:00"}, foreign=HIDDEN
    ),
    "POST /lich/{schedule_id}/lan/huy": Row(Act.STOP, {"luc": LATER}, foreign=HIDDEN),
    "GET /cum-loa": Row(SIGNED),
    "GET /song/cum-loa": Row(SIGNED),
    "GET /cum-loa/{node_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/cum-loa/{node_id}": Row(SIGNED),
    "GET /ban-do": Row(SIGNED),
    "GET /ban-do/ranh-gioi": Row(Act.RULE),
    "POST /ban-do/ranh-gioi": Row(Act.RULE, OUTLINES),
    "POST /ban-do/ranh-gioi/bo": Row(Act.RULE, {}),
    "GET /nguoi-dung": Row(Act.RULE),
    "GET /nguoi-dung/them": Row(Act.RULE),
    "POST /nguoi-dung/them": Row(Act.RULE, {"ten": "moi", "vai_tro": "officer", "dia_ban": "22333"}),
    "GET /nguoi-dung/{name}": Row(Act.RULE),
    "POST /nguoi-dung/{name}/vai-tro": Row(Act.RULE, {"vai_tro": "officer"}),
    "POST /nguoi-dung/{name}/dia-ban": Row(Act.RULE, {"dia_ban": "56"}),
    "POST /nguoi-dung/{name}/khoa": Row(Act.RULE, {}),
    "POST /nguoi-dung/{name}/mo": Row(Act.RULE, {}),
    "POST /nguoi-dung/{name}/go-ma": Row(Act.RULE, {}),
    "POST /nguoi-dung/{name}/mat-khau": Row(Act.RULE, {}),
    "POST /nguoi-dung/{name}/uy-quyen/{delegation}/thoi": Row(Act.RULE, {}),
    "GET /quy-dinh": Row(SIGNED),
    "GET /quy-dinh/{area}": Row(SIGNED, foreign=HIDDEN),
    "POST /quy-dinh/{area}": Row(Act.RULE, {"viec": "xem"}, foreign=HIDDEN),
    "GET /ngay-nghi": Row(SIGNED),
    "GET /tieng": Row(SIGNED),
    "POST /tieng": Row(Act.RULE, {"dia_ban": "22333", "tieng": "rog"}),
    "POST /ngay-nghi": Row(Act.RULE, {"ngay": "2026-12-24", "ten": "Ngày hội"}),
    "POST /ngay-nghi/{day}/bo": Row(Act.RULE, {}),
    "GET /thu-vien": Row(SIGNED),
    "GET /thu-vien/nghe.mp3": Row(SIGNED),
    "POST /thu-vien": Row(Act.TEACH, {"viet": "XQZ", "doc": "xê quy dét", "dia_ban": "56"}),
    "POST /thu-vien/{entry_id}/xoa": Row(Act.TEACH, {}, foreign=HIDDEN),
    "POST /thu-vien/mau": Row(Act.TEACH, TEMPLATE),
    "POST /thu-vien/mau/{template_id}/sua": Row(Act.TEACH, TEMPLATE, foreign=HIDDEN),
    "POST /thu-vien/mau/{template_id}/xoa": Row(Act.TEACH, {}, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/mau": Row(Act.TEACH, {}, foreign=HIDDEN),
    "POST /thu-vien/nhac-hieu": Row(Act.TEACH, JINGLE),
    "GET /thu-vien/nhac-hieu/{chime_id}/nghe": Row(SIGNED, foreign=HIDDEN),
    "POST /thu-vien/nhac-hieu/{chime_id}/bo": Row(Act.TEACH, {}, foreign=HIDDEN),
    "POST /thu-vien/ban-thu": Row(Act.WRITE, {}),
    "GET /cai-dat": Row(Act.RULE),
    "GET /cai-dat/kiem-tra": Row(Act.RULE),
    "GET /cai-dat/kiem-tra/ket-qua": Row(Act.RULE),
    "GET /bao-cao": Row(SIGNED),
    "GET /chu-de": Row(SIGNED),
    "POST /chu-de": Row(Act.RULE, {"ten": "Thể thao"}),
    "POST /chu-de/{code}/ten": Row(Act.RULE, {"ten": "Sức khỏe"}),
    "POST /chu-de/{code}/thoi": Row(Act.RULE, {}),
    "POST /chu-de/{code}/dung-lai": Row(Act.RULE, {}),
    "POST /ban-tin/{bulletin_id}/chu-de": Row(Act.WRITE, {"chu_de": "y-te"}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/am-luong": Row(Act.ENROL, {"muc": "80"}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/cach-ly": Row(Act.ENROL, {"ly_do": "Nghi bị thay."}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/thoi-cach-ly": Row(Act.ENROL, {}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/ngung-dung": Row(Act.ENROL, {}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/thu": Row(Act.ENROL, {"muc": "50"}, foreign=HIDDEN),
    "POST /cum-loa/{node_id}/lo": Row(Act.ENROL, {"viec": "biet"}, foreign=HIDDEN),
    "GET /su-co": Row(SIGNED),
    "GET /gan-cum-loa": Row(Act.ENROL),
    "POST /gan-cum-loa": Row(Act.ENROL, {"ten": "Cụm 9", "dia_ban": "22366"}),
    "POST /gan-cum-loa/{enrolment_id}/huy": Row(Act.ENROL, {}),
    "GET /khan": Row(Act.AIR),
    "GET /khan/goi": Row(Act.AIR),
    "POST /khan/goi": Row(Act.AIR, {"ban": "khong-co"}),
    "POST /khan/thu": Row(Act.AIR, {"ban": "khong-co"}),
    "POST /khan/soan-san": Row(Act.WRITE, {"mau": "storm", "dia_ban": "22366"}),
    "POST /khan/soan-san/{prepared}/bo": Row(Act.AIR, {}, foreign=HIDDEN),
    "GET /khan/{emergency_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/khan/{emergency_id}": Row(SIGNED),
    "GET /khan/{emergency_id}/dung": Row(SIGNED, foreign=HIDDEN),
    "POST /khan/{emergency_id}/dung": Row(Act.STOP, {}, foreign=HIDDEN),
    "POST /khan/{emergency_id}/xac-nhan": Row(Act.AIR, {}, foreign=HIDDEN),
    "POST /khan/{emergency_id}/tu-choi": Row(Act.STOP, {}, foreign=HIDDEN),
    "POST /khan/{emergency_id}/bao-yen": Row(Act.AIR_EMERGENCY, {"ban": "{prepared}"}, foreign=HIDDEN),
    "GET /nhat-ky": Row(Act.RULE),
    "GET /nhat-ky/kiem-tra": Row(Act.RULE),
    "GET /nhat-ky/kiem-tra/ket-qua": Row(Act.RULE),
    "GET /nhat-ky/tep": Row(Act.RULE),
    "GET /song/ban-do": Row(SIGNED),
    "GET /tao-ban-tin": Row(Act.WRITE),
    "POST /tao-ban-tin": Row(Act.WRITE, DRAFT),
    "POST /tao-ban-tin/lay-chu": Row(Act.WRITE, FILE),
    "POST /tao-ban-tin/dung-chu": Row(Act.WRITE, DRAFT),
    "POST /tao-ban-tin/dung-mau": Row(Act.WRITE, {"mau": "hop-thon"}),
    "GET /tao-ban-tin/ghi-am": Row(Act.WRITE),
    "POST /tao-ban-tin/ghi-am": Row(Act.WRITE, BROUGHT),
    "GET /ban-tin": Row(SIGNED),
    "GET /ban-tin/{bulletin_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/ban-tin/{bulletin_id}": Row(SIGNED),
    "GET /ban-tin/{bulletin_id}/sua": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/sua": Row(Act.WRITE, DRAFT, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/dat-lich": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/dat-lich": Row(Act.AIR, WHEN, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/gui": Row(Act.WRITE, {}, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/dung-lai": Row(Act.WRITE, {}, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/rut": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/rut": Row(Act.WITHDRAW, {}, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/lich-su": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/ban-sao": Row(Act.WRITE, {}, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/ghi-am": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/ghi-am": Row(Act.WRITE, BROUGHT, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/tep-goc": Row(SIGNED, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/tieng-khac": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/tieng-khac": Row(Act.WRITE, BROUGHT, foreign=HIDDEN),
    "GET /ban-tin/{bulletin_id}/van-ban": Row(SIGNED, foreign=HIDDEN),
    "POST /ban-tin/{bulletin_id}/van-ban": Row(Act.WRITE, {"so_hieu": "1/TB-UBND"}, foreign=HIDDEN),
    "GET /chuong-trinh": Row(SIGNED),
    "GET /chuong-trinh/tao": Row(Act.WRITE),
    "POST /chuong-trinh/tao": Row(Act.WRITE, ORDERED),
    "GET /chuong-trinh/{bulletin_id}/sua": Row(SIGNED, foreign=HIDDEN),
    "POST /chuong-trinh/{bulletin_id}/sua": Row(Act.WRITE, ORDERED, foreign=HIDDEN),
    "POST /nhap/{place}": Row(Act.WRITE, DRAFT),
    "POST /nhap/{place}/chuong-trinh": Row(Act.WRITE, ORDERED),
    "POST /nhap/{place}/bo": Row(Act.WRITE, {}),
    "GET /duyet": Row(Act.APPROVE),
    "GET /song/duyet": Row(Act.APPROVE),
    "GET /duyet/{bulletin_id}": Row(Act.APPROVE, foreign=HIDDEN),
    "GET /song/duyet/{bulletin_id}": Row(Act.APPROVE),
    "POST /duyet/{bulletin_id}/duyet": Row(Act.APPROVE, {"phien_ban": "9"}, foreign=HIDDEN),
    "POST /duyet/{bulletin_id}/tra-lai": Row(Act.APPROVE, {"ly_do": "Sai ngày."}, foreign=HIDDEN),
    # only who wrote it may, so it is asked for when nobody can any more
    "POST /ban-tin/{bulletin_id}/lay-lai": Row(Act.WRITE, {}, foreign=HIDDEN),
    "GET /tep/{recording}.mp3": Row(SIGNED),
    "GET /tep/{recording}/hinh-am": Row(SIGNED),
    "GET /cong-khai": Row(OPEN),
    "GET /cong-khai/tep/{recording}.mp3": Row(OPEN),
    "GET /cong-khai/tep/{recording}/hinh-am": Row(OPEN),
    "GET /cong-khai/{area}": Row(OPEN),
    "GET /cong-khai/{area}/ban-tin/{airing_id}": Row(OPEN),
    "GET /cong-khai/{area}/lich.ics": Row(OPEN),
    "GET /cong-khai/{area}/podcast.xml": Row(OPEN),
    "GET /cong-khai/bao/{node_id}": Row(OPEN),
    "POST /cong-khai/bao/{node_id}": Row(OPEN, {"viec": "broken"}),
    "GET /cong-khai/tra-loi": Row(OPEN),
    "GET /tro-giup": Row(SIGNED),
    "GET /phan-anh": Row(SIGNED),
    "GET /phan-anh/ma-dan": Row(SIGNED),
    "POST /phan-anh/{report_id}/tra-loi": Row(Act.WRITE, {"tra_loi": "Đã sửa."}, foreign=HIDDEN),
    "GET /dang-nhap": Row(OPEN),
    "POST /dang-nhap": Row(OPEN, {"ten": "canbo", "mat_khau": "cá bơi ngược dòng"}),
    "GET /dang-nhap/ma": Row(OPEN),
    "POST /dang-nhap/ma": Row(OPEN, {"ma": "000000"}),
    "POST /dang-xuat": Row(OPEN, {}),
    "GET /bat-dau": Row(OPEN),
    "POST /bat-dau": Row(OPEN, {}),
    "GET /tai-khoan": Row(SIGNED),
    "POST /tai-khoan/mat-khau": Row(SIGNED, {"moi": "a", "lap_lai": "b"}),
    "GET /tai-khoan/ma-xac-thuc": Row(SIGNED),
    "POST /tai-khoan/ma-xac-thuc": Row(SIGNED, {"ma": "00000"}),
    "POST /tai-khoan/ma-du-phong": Row(SIGNED, {"ma": "00000"}),
    "POST /tai-khoan/uy-quyen": Row(
        Act.APPROVE, {"nguoi": "duyet", "dia_ban": "22333", "den_ngay": "2026-12-20"}
    ),
    "POST /tai-khoan/uy-quyen/{delegation}/thoi": Row(SIGNED, {}),
    "POST /tai-khoan/ma-truy-cap": Row(SIGNED, {"ten": "m", "viec": "see", "ngay": "30"}),
    "POST /tai-khoan/ma-truy-cap/{token_id}/thu-hoi": Row(SIGNED, {}),
    "GET /tinh/{version}/{name:path}": Row(OPEN),
}

CALLS = {
    "GET openapi.json": Row(OPEN),
    "POST sign-in": Row(OPEN, {"name": "canbo", "password": "cá bơi ngược dòng"}),
    "POST sign-out": Row(OPEN, {}),
    "GET me": Row(SIGNED),
    "POST me/second-factor": Row(SIGNED, {}),
    "POST me/second-factor/confirm": Row(SIGNED, {"code": "00000"}),
    "GET operators": Row(Act.RULE),
    "DELETE operators/{name}/second-factor": Row(Act.RULE),
    "GET tokens": Row(SIGNED),
    "POST tokens": Row(SIGNED, {"name": "m", "acts": ["see"], "expires_at": LATER}),
    "DELETE tokens/{token_id}": Row(SIGNED),
    "GET delegations": Row(SIGNED),
    "POST delegations": Row(Act.APPROVE, {"to": "duyet", "area": "22333", "until": LATER}),
    "DELETE delegations/{delegation_id}": Row(SIGNED),
    "GET areas": Row(SIGNED),
    "GET areas/{area}": Row(SIGNED, foreign=HIDDEN),
    "POST areas": Row(
        Act.RULE, {"code": "22333.9", "name": "Thôn 9", "kind": "Thôn", "parent": "22333"}, foreign=HIDDEN
    ),
    "POST areas/{area}/rename": Row(Act.RULE, {"name": "Phường Bắc"}, foreign=HIDDEN),
    "POST areas/{area}/move": Row(Act.RULE, INTO, foreign=HIDDEN),
    "POST areas/{area}/close": Row(Act.RULE, INTO, foreign=HIDDEN),
    "POST areas/{area}/split": Row(
        Act.RULE, {"parts": [{**NEW_AREA, "nodes": ["x"]}], "password": "x"}, foreign=HIDDEN
    ),
    "POST areas/merge": Row(
        Act.RULE, {"of": ["22333"], **NEW_AREA, "code": "22333", "password": "x"}, foreign=HIDDEN
    ),
    "POST nodes/{node_id}/move": Row(Act.RULE, INTO, foreign=HIDDEN),
    "GET nodes": Row(SIGNED),
    "GET nodes/{node_id}": Row(SIGNED, foreign=HIDDEN),
    "POST nodes/{node_id}/quarantine": Row(Act.ENROL, {"reason": "Nghi bị lấy cắp."}, foreign=HIDDEN),
    "POST nodes/{node_id}/release": Row(Act.ENROL, {}, foreign=HIDDEN),
    "POST nodes/{node_id}/volume": Row(Act.ENROL, {"loudest": 60}, foreign=HIDDEN),
    "POST nodes/{node_id}/test": Row(Act.ENROL, {}, foreign=HIDDEN),
    "POST nodes/{node_id}/care": Row(Act.ENROL, {"note": "Đã gọi điện."}, foreign=HIDDEN),
    "GET nodes/{node_id}/vitals": Row(SIGNED, foreign=HIDDEN),
    "GET fleet/watched": Row(SIGNED),
    "GET fleet/events": Row(SIGNED),
    "GET nodes/{node_id}/hardware": Row(Act.ENROL, foreign=HIDDEN),
    "GET enrolments": Row(Act.ENROL),
    "POST enrolments": Row(Act.ENROL, CODE, foreign=HIDDEN),
    "POST enrolments/claim": Row(OPEN, CLAIM),
    "DELETE enrolments/{enrolment_id}": Row(Act.ENROL, foreign=HIDDEN),
    "GET bulletins": Row(SIGNED),
    "POST bulletins": Row(Act.WRITE, {"title": "Tin", "text": "Nội dung."}),
    "POST bulletins/import": Row(Act.WRITE, FILE),
    "POST bulletins/audio": Row(Act.WRITE, SOUND),
    "POST bulletins/{bulletin_id}/audio": Row(Act.WRITE, SOUND, foreign=HIDDEN),
    "GET bulletins/{bulletin_id}": Row(SIGNED, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/submit": Row(Act.WRITE, {}, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/approve": Row(
        Act.APPROVE, {"revision": 9, "recording": "0" * 64, "password": "x"}, foreign=HIDDEN
    ),
    "POST bulletins/{bulletin_id}/return": Row(Act.APPROVE, {"reason": "Sai."}, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/withdraw": Row(Act.WITHDRAW, {"reason": ""}, foreign=HIDDEN),
    "GET bulletins/{bulletin_id}/revisions": Row(SIGNED, foreign=HIDDEN),
    "GET bulletins/{bulletin_id}/differences?before=1&after=1": Row(SIGNED, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/revise": Row(
        Act.WRITE, {"title": "Tin", "text": "Nội dung."}, foreign=HIDDEN
    ),
    "POST bulletins/{bulletin_id}/recall": Row(Act.WRITE, {}, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/clone": Row(Act.WRITE, {}, foreign=HIDDEN),
    "GET bulletins/{bulletin_id}/reference": Row(SIGNED, foreign=HIDDEN),
    "PUT bulletins/{bulletin_id}/reference": Row(Act.WRITE, {"number": "1/TB-UBND"}, foreign=HIDDEN),
    "GET bulletins/{bulletin_id}/variants": Row(SIGNED, foreign=HIDDEN),
    "POST bulletins/{bulletin_id}/variants": Row(Act.WRITE, SOUND, foreign=HIDDEN),
    "POST programmes/sounds": Row(Act.WRITE, SOUND),
    "POST programmes": Row(Act.WRITE, PROGRAMME),
    "GET programmes/{bulletin_id}/items": Row(SIGNED, foreign=HIDDEN),
    "POST programmes/{bulletin_id}/revise": Row(Act.WRITE, PROGRAMME, foreign=HIDDEN),
    "GET languages": Row(SIGNED),
    "GET area-languages": Row(SIGNED),
    "PUT areas/{area}/languages": Row(Act.RULE, {"languages": ["rog", "vie"]}, foreign=HIDDEN),
    "GET recordings/{recording}": Row(SIGNED),
    "GET notices": Row(SIGNED),
    "POST notices/read": Row(SIGNED, {}),
    "POST notices/{notice_id}/read": Row(SIGNED, {}, foreign=HIDDEN),
    "GET today": Row(SIGNED),
    "POST air": Row(Act.AIR, {"title": "Tin", "text": "Nội dung."} | AIR, foreign=HIDDEN),
    "GET airings": Row(SIGNED),
    "POST airings": Row(Act.AIR, {"bulletin": "{bulletin_id}"} | AIR, foreign=HIDDEN),
    "GET airings/{airing_id}": Row(SIGNED, foreign=HIDDEN),
    "GET airings/{airing_id}/deliveries": Row(SIGNED, foreign=HIDDEN),
    "POST airings/{airing_id}/stop": Row(Act.STOP, {"reason": ""}, foreign=HIDDEN),
    "POST airings/foresee": Row(Act.AIR, {"bulletin": "{bulletin_id}"} | AIR, foreign=HIDDEN),
    "GET areas/{area}/timetable": Row(SIGNED, foreign=HIDDEN),
    "GET emergencies": Row(SIGNED),
    "GET emergencies/templates": Row(SIGNED),
    "POST emergencies/templates": Row(Act.WRITE, {"template": "storm", "area": "22333"}, foreign=HIDDEN),
    "POST emergencies/templates/{prepared}/release": Row(Act.AIR, {}, foreign=HIDDEN),
    "POST emergencies": Row(
        Act.AIR_EMERGENCY,
        {"prepared": "{prepared}", "areas": ["22333"], "alone_because": "Lũ."},
        foreign=HIDDEN,
    ),
    "POST emergencies/test": Row(Act.AIR, {"prepared": "{prepared}", "areas": ["22333"]}, foreign=HIDDEN),
    "POST emergencies/stop": Row(Act.STOP, {"areas": ["22333"]}, foreign=HIDDEN),
    "GET emergencies/{emergency_id}": Row(SIGNED, foreign=HIDDEN),
    "POST emergencies/{emergency_id}/confirm": Row(Act.AIR, {}, foreign=HIDDEN),
    "POST emergencies/{emergency_id}/decline": Row(Act.STOP, {}, foreign=HIDDEN),
    "POST emergencies/{emergency_id}/all-clear": Row(
        Act.AIR_EMERGENCY, {"prepared": "{prepared}"}, foreign=HIDDEN
    ),
    "POST emergencies/{emergency_id}/stop": Row(Act.STOP, {}, foreign=HIDDEN),
    "GET schedules": Row(SIGNED),
    "POST schedules": Row(
        Act.AIR, {"bulletin": "{bulletin_id}", "areas": ["22333"], "rule": EVERY_DAY}, foreign=HIDDEN
    ),
    "POST schedules/foresee": Row(
        Act.AIR, {"bulletin": "{bulletin_id}", "areas": ["22333"], "rule": EVERY_DAY}, foreign=HIDDEN
    ),
    "POST schedules/{schedule_id}/occurrences/foresee": Row(
        Act.AIR, {"original_at": LATER, "to": LATER}, foreign=HIDDEN
    ),
    "GET questions": Row(SIGNED),
    "GET collisions": Row(SIGNED),
    "POST collisions/order": Row(Act.ANSWER, {"first": "{airing_id}", "then": "{airing_id}"}, foreign=HIDDEN),
    "GET topics": Row(SIGNED),
    "POST topics": Row(Act.RULE, {"name": "Thể thao"}),
    "PUT topics/{code}": Row(Act.RULE, {"name": "Sức khỏe"}),
    "POST topics/{code}/end": Row(Act.RULE, {}),
    "POST topics/{code}/bring-back": Row(Act.RULE, {}),
    "GET bulletins/{bulletin_id}/topic": Row(SIGNED, foreign=HIDDEN),
    "PUT bulletins/{bulletin_id}/topic": Row(Act.WRITE, {"topic": "y-te"}, foreign=HIDDEN),
    "GET airings/{airing_id}/answers": Row(SIGNED, foreign=HIDDEN),
    "POST airings/{airing_id}/answer": Row(Act.ANSWER, {"agrees": True}, foreign=HIDDEN),
    "GET schedules/{schedule_id}/answers": Row(SIGNED, foreign=HIDDEN),
    "POST schedules/{schedule_id}/answer": Row(Act.ANSWER, {"agrees": False}, foreign=HIDDEN),
    "GET schedules/{schedule_id}": Row(SIGNED, foreign=HIDDEN),
    "POST schedules/{schedule_id}/end": Row(Act.STOP, {"reason": ""}, foreign=HIDDEN),
    "POST schedules/{schedule_id}/occurrences/cancel": Row(Act.STOP, {"original_at": LATER}, foreign=HIDDEN),
    "POST schedules/{schedule_id}/occurrences/move": Row(
        Act.AIR, {"original_at": LATER, "to": LATER}, foreign=HIDDEN
    ),
    "GET reports/coverage?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET reports/coverage.csv?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET reports/coverage.xlsx?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET reports/coverage.pdf?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET reports/as-aired?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET reports/as-aired.csv?month=2026-11&area={area}": Row(SIGNED, foreign=HIDDEN),
    "GET days-off?year=2026": Row(SIGNED),
    "POST days-off": Row(Act.RULE, {"day": "2026-12-24", "name": "Ngày hội"}),
    "DELETE days-off/{day}": Row(Act.RULE),
    "GET lexicon": Row(SIGNED),
    "POST lexicon": Row(Act.TEACH, {"written": "XQZ", "spoken": "xê quy dét"}),
    "DELETE lexicon/{entry_id}": Row(Act.TEACH, foreign=HIDDEN),
    "GET templates": Row(SIGNED),
    "POST templates": Row(Act.TEACH, {"title": "Chợ quê", "text": "Ngày [ngày]."}),
    "PUT templates/{template_id}": Row(Act.TEACH, {"title": "Chợ", "text": "Ngày [ngày]."}, foreign=HIDDEN),
    "DELETE templates/{template_id}": Row(Act.TEACH, foreign=HIDDEN),
}

ROWS = PAGES | {key.replace(" ", " /api/v1/", 1): row for key, row in CALLS.items()}
