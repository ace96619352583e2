"""Which picture shows which page: one line for each page of the table of addresses, and for some more.

`tests/architecture/test_pictures.py` holds this list against that table and against docs/images.
"""

from dataclasses import dataclass

NOBODY, OFFICER, COMMUNE = None, "canbo", "xanhatrang"
APPROVER, TECHNICIAN, ADMINISTRATOR = "duyet", "kythuat", "quantri"
SUFFIXES = ("", "-dien-thoai")
"""After the name of each picture: of a wide screen, of a phone."""


@dataclass(frozen=True)
class Shot:
    """A picture's name, who looks, and the page; `{…}` in `asks` or the page is a thing of the story told."""

    name: str
    who: str | None
    row: str
    asks: str = ""
    """What follows the address: a question, or another address of the same page."""

    @property
    def place(self):
        return self.asks if self.asks.startswith("/") else self.row + self.asks


SHOTS = (
    Shot("hom-nay", OFFICER, "/"),
    Shot("hom-nay-xa", COMMUNE, "/"),
    Shot("tim", TECHNICIAN, "/tim", "?q=nha trang"),
    Shot("thong-bao", OFFICER, "/thong-bao"),
    Shot("bao-cho-toi", OFFICER, "/bao-cho-toi"),
    Shot("bao-ra-ngoai", ADMINISTRATOR, "/bao-ra-ngoai"),
    Shot("luot-phat-danh-sach", OFFICER, "/phat"),
    Shot("luot-phat", OFFICER, "/phat/{airing_id}"),
    Shot("luot-phat-cum-loa", OFFICER, "/phat/{airing_id}/cum-loa", "?xa={area}"),
    Shot("dung-phat", OFFICER, "/phat/{airing_id}/dung"),
    Shot("doi-gio", APPROVER, "/phat/{airing_id}/doi", "/phat/{planned}/doi"),
    Shot("phat-lai", APPROVER, "/phat/{airing_id}/phat-lai", "/phat/{heard}/phat-lai"),
    Shot("tra-loi", COMMUNE, "/phat/{airing_id}", "/phat/{asked}"),
    Shot("lich-phat", OFFICER, "/lich"),
    Shot("lich-phat-xa", COMMUNE, "/lich"),
    Shot("lich-tuan-sau", OFFICER, "/lich/tuan/{first}"),
    Shot("lich-ngay", OFFICER, "/lich/ngay/{day}"),
    Shot("loa-xa", COMMUNE, "/loa-xa"),
    Shot("lich-danh-sach", OFFICER, "/lich/danh-sach"),
    Shot("lich-tao", OFFICER, "/lich/tao", "?ban_tin={approved}"),
    Shot("lich-mot", OFFICER, "/lich/{schedule_id}"),
    Shot("lich-sua", OFFICER, "/lich/{schedule_id}/sua"),
    Shot("lich-ket-thuc", OFFICER, "/lich/{schedule_id}/ket-thuc"),
    Shot("lich-lan", OFFICER, "/lich/{schedule_id}/lan", "?luc=2026-11-30T10:00:00Z"),
    Shot("cum-loa-cay", TECHNICIAN, "/cum-loa"),
    Shot("cum-loa", TECHNICIAN, "/cum-loa/{node_id}"),
    Shot("gan-danh-sach", TECHNICIAN, "/gan-cum-loa/danh-sach"),
    Shot("ban-do", TECHNICIAN, "/ban-do"),
    Shot("ban-do-xa", TECHNICIAN, "/ban-do", "?xa={area}"),
    Shot("ban-do-vi-tri", TECHNICIAN, "/ban-do/vi-tri"),
    Shot("vi-tri", TECHNICIAN, "/cum-loa/{node_id}/vi-tri"),
    Shot("ranh-gioi", ADMINISTRATOR, "/ban-do/ranh-gioi"),
    Shot("nguoi-dung-danh-sach", ADMINISTRATOR, "/nguoi-dung"),
    Shot("nguoi-dung-them", ADMINISTRATOR, "/nguoi-dung/them"),
    Shot("nguoi-dung-nhap", ADMINISTRATOR, "/nguoi-dung/nhap"),
    Shot("nguoi-dung", ADMINISTRATOR, "/nguoi-dung/{name}", "/nguoi-dung/duyet"),
    Shot("quy-dinh-danh-sach", ADMINISTRATOR, "/quy-dinh"),
    Shot("quy-dinh", ADMINISTRATOR, "/quy-dinh/{area}"),
    Shot("quy-dinh-nhieu", ADMINISTRATOR, "/quy-dinh/nhieu-noi"),
    Shot("cho-ky", ADMINISTRATOR, "/cho-ky"),
    Shot("ngay-nghi", ADMINISTRATOR, "/ngay-nghi"),
    Shot("nhom-xa", ADMINISTRATOR, "/nhom-xa"),
    Shot("giong-doc", APPROVER, "/giong-doc"),
    Shot("dien-tap", APPROVER, "/dien-tap"),
    Shot("dien-tap-dat", APPROVER, "/dien-tap/dat"),
    Shot("dien-tap-ket-qua", APPROVER, "/dien-tap/{drill_id}"),
    Shot("dien-tap-cong-khai", NOBODY, "/cong-khai/dien-tap"),
    Shot("dien-tap-bang", NOBODY, "/cong-khai/dien-tap/{drill_id}"),
    Shot("phat-theo-luot", APPROVER, "/phat-theo-luot"),
    Shot("tieng", ADMINISTRATOR, "/tieng"),
    Shot("thu-vien", APPROVER, "/thu-vien", "?thu=Họp TDP số 5 lúc 19h30 ngày 26/11"),
    Shot("cai-dat", ADMINISTRATOR, "/cai-dat"),
    Shot("lap-dai", ADMINISTRATOR, "/cai-dat/lap-dai"),
    Shot("nghe-thu-ket-qua", ADMINISTRATOR, "/cai-dat/nghe-thu"),
    Shot("cai-dat-kiem-tra", ADMINISTRATOR, "/cai-dat/kiem-tra"),
    Shot("sao-luu", ADMINISTRATOR, "/cai-dat/sao-luu"),
    Shot("luu-tru", ADMINISTRATOR, "/cai-dat/luu-tru/{year}"),
    Shot("noi-ket-noi", ADMINISTRATOR, "/cai-dat/noi-ket-noi"),
    Shot("trung-tam", ADMINISTRATOR, "/trung-tam"),
    Shot("khoa", ADMINISTRATOR, "/cai-dat/khoa/{kid}"),
    Shot("bao-cao", APPROVER, "/bao-cao"),
    Shot("chu-de", ADMINISTRATOR, "/chu-de"),
    Shot("su-co", TECHNICIAN, "/su-co"),
    Shot("viec", TECHNICIAN, "/su-co/viec"),
    Shot("gan-cum-loa", TECHNICIAN, "/gan-cum-loa", "?xa={area}"),
    Shot("khan", APPROVER, "/khan"),
    Shot("phat-khan", APPROVER, "/khan/goi", "?ban={prepared}"),
    Shot("goi-khan", OFFICER, "/khan/goi", "?ban={prepared}"),
    Shot("nhat-ky", ADMINISTRATOR, "/nhat-ky"),
    Shot("nhat-ky-kiem-tra", ADMINISTRATOR, "/nhat-ky/kiem-tra"),
    Shot("tao-ban-tin", OFFICER, "/tao-ban-tin"),
    Shot("tao-ban-tin-mau", OFFICER, "/tao-ban-tin", "?mau=hop-thon"),
    Shot("ghi-am", OFFICER, "/tao-ban-tin/ghi-am"),
    Shot("ban-tin-danh-sach", OFFICER, "/ban-tin"),
    Shot("ban-tin", OFFICER, "/ban-tin/{bulletin_id}", "/ban-tin/{approved}"),
    Shot("ban-tin-ghi-am", OFFICER, "/ban-tin/{bulletin_id}", "/ban-tin/{sound}"),
    Shot("ban-tin-chuong-trinh", OFFICER, "/ban-tin/{bulletin_id}", "/ban-tin/{programme}"),
    Shot("ban-tin-sua", OFFICER, "/ban-tin/{bulletin_id}/sua", "/ban-tin/{returned}/sua"),
    Shot("dat-lich", OFFICER, "/ban-tin/{bulletin_id}/dat-lich", "/ban-tin/{approved}/dat-lich"),
    Shot("rut", APPROVER, "/ban-tin/{bulletin_id}/rut", "/ban-tin/{approved}/rut"),
    Shot("lich-su", APPROVER, "/ban-tin/{bulletin_id}/lich-su", "/ban-tin/{waiting}/lich-su"),
    Shot("ghi-am-thay", OFFICER, "/ban-tin/{bulletin_id}/ghi-am", "/ban-tin/{sound}/ghi-am"),
    Shot("tieng-khac", OFFICER, "/ban-tin/{bulletin_id}/tieng-khac", "/ban-tin/{approved}/tieng-khac"),
    Shot("van-ban", OFFICER, "/ban-tin/{bulletin_id}/van-ban", "/ban-tin/{approved}/van-ban"),
    Shot("chuong-trinh-danh-sach", OFFICER, "/chuong-trinh"),
    Shot("chuong-trinh-tao", OFFICER, "/chuong-trinh/tao"),
    Shot("chuong-trinh-sua", OFFICER, "/chuong-trinh/{bulletin_id}/sua", "/chuong-trinh/{programme}/sua"),
    Shot("hang-cho-duyet", APPROVER, "/duyet"),
    Shot("cho-duyet", APPROVER, "/duyet/{bulletin_id}", "/duyet/{waiting}"),
    Shot("ngoai-tuyen", NOBODY, "/ngoai-tuyen"),
    Shot("cong-khai", NOBODY, "/cong-khai"),
    Shot("cong-khai-xa", NOBODY, "/cong-khai/{area}"),
    Shot(
        "cong-khai-tin", NOBODY, "/cong-khai/{area}/ban-tin/{airing_id}", "/cong-khai/{area}/ban-tin/{heard}"
    ),
    Shot("nghe-thu", NOBODY, "/nghe-thu/{test_id}", "/nghe-thu/{ears}"),
    Shot("bao-su-co", NOBODY, "/cong-khai/bao/{node_id}"),
    Shot("tra-loi-phan-anh", NOBODY, "/cong-khai/tra-loi", "?ma={code}"),
    Shot("tro-giup", OFFICER, "/tro-giup"),
    Shot("phan-anh", OFFICER, "/phan-anh"),
    Shot("ma-dan", OFFICER, "/phan-anh/ma-dan", "?xa={area}"),
    Shot("dang-nhap", NOBODY, "/dang-nhap"),
    Shot("tai-khoan", APPROVER, "/tai-khoan"),
    Shot("khoa-thiet-bi", APPROVER, "/tai-khoan/khoa-thiet-bi"),
    Shot("ma-xac-thuc", TECHNICIAN, "/tai-khoan/ma-xac-thuc"),
)
"""Taken while an ordinary day goes by."""

ALARM_SHOTS = (
    Shot("khan-mot", APPROVER, "/khan/{emergency_id}"),
    Shot("khan-dung", APPROVER, "/khan/{emergency_id}/dung"),
    Shot("hom-nay-khan", OFFICER, "/"),
    Shot("cong-khai-khan", NOBODY, "/cong-khai/{area}"),
)
"""Taken last, when an emergency sounds: every page says so then."""

AFTER_FORMS = (
    "nghe-thu-cau",
    "soan-nghe",
    "loa-xa-doi-gio",
    "lay-chu",
    "gan-ma",
    "to-ma-gan",
    "bao-xong",
    "mat-khau-moi",
    "doi-mat-khau",
    "dang-nhap-ma",
    "loi",
    "xa-mau",
    "thu-loa",
    "khan-xac-nhan",
)
"""Pages that only a sent form, or a mistake, leads to; `forms_shown` and `first_steps_shown` have a function
for each."""

LAST_SHOTS = (Shot("bat-dau", NOBODY, "/bat-dau"),)
"""Taken when no administrator is left, as on a station's first day."""

NO_PAGES = {
    "/dang-nhap/co-quan": "to the provider",
    "/dang-nhap/co-quan/ve": "back from the provider",
    "/sw.js": "a script",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/manifest.webmanifest": "a file of the browser",
    "/ban-do/chon": "comes into a form",
    "/cum-loa/{node_id}/anh": "a photograph",
    "/thu-vien/nghe.mp3": "a sound",
    "/ban-tin/{bulletin_id}/doc-thu.mp3": "a sound",
    "/thu-vien/nhac-hieu/{chime_id}/nghe": "a sound",
    "/nhat-ky/tep": "a file to keep",
    "/thu-vien/tu-dien.csv": "a file to keep",
    "/phat/{airing_id}/bang-chung": "a file to keep",
    "/nhat-ky/kiem-tra/ket-qua": "comes into the page before it",
    "/cai-dat/kiem-tra/ket-qua": "comes into the page before it",
    "/phat/{airing_id}/doi/thu": "a piece of a page",
    "/lich/{schedule_id}/lan/doi/thu": "a piece of a page",
    "/tep/{recording}.mp3": "a sound",
    "/tep/{recording}.opus": "a sound",
    "/tep/{recording}/hinh-am": "a piece of a page",
    "/ban-tin/{bulletin_id}/tep-goc": "a sound",
    "/cong-khai/tep/anh-bia.png": "a picture",
    "/cong-khai/tep/{recording}.mp3": "a sound",
    "/cong-khai/tep/{recording}/hinh-am": "a piece of a page",
    "/nghe-thu/{test_id}/tieng/{clip}.mp3": "a sound",
    "/nghe-thu/{test_id}/{listener_id}": "its picture needs a listener first: `nghe-thu-cau`",
    "/cong-khai/{area}/khan": "a piece of a page",
    "/cong-khai/{area}/ung-dung.webmanifest": "for home screens",
    "/cong-khai/{area}/lich.ics": "a calendar for programs",
    "/cong-khai/{area}/podcast.xml": "a feed for programs",
    "/tinh/{version}/{name:path}": "a part of every page",
    "/con-phien": "asked by a script",
    "/tim/ket-qua": "comes below the field",
    "/huong-dan/dai": "a strip on the pages of a trial",
    "/thong-bao/{notice_id}": "leads to the page of what is asked",
    "/tai-khoan/doi-mat-khau": "its picture needs a given password first: `doi-mat-khau`",
    "/dang-nhap/ma": "its picture needs a password first: `dang-nhap-ma`",
}
"""Addresses that are asked for with GET and show nothing to a person; streams (`/song…`) are none either."""
