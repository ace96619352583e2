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

OPEN, SIGNED = "open", "signed in"
HIDDEN = frozenset({403, 404})


@dataclass(frozen=True)
class Row:
    needs: Act | str
    sends: dict[str, Any] | None = None
    foreign: frozenset[int] | None = None


DRAFT = {"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "nhap"}
WHEN = {"noi": "tinh", "luc": "ngay"}
AIR = {"areas": ["22333"], "starts_in_seconds": 3600}
LATER = "2026-12-20T00:00:00Z"
EVERY_DAY = {"every": "day", "at": "17:00:00", "first": "2026-12-01"}

FILE = {"file": ("thong-bao.txt", "Lịch tiêm phòng\n\nNgày 30/11/2026.".encode())}

SOUND = {"file": ("tin.mp3", mp3()), "title": "Tin", "text": "Nội dung.", "language": "rog"}

PROGRAMME = {"title": "Tin", "items": [{"kind": "speech", "text": "Kính chào bà con."}]}

PAGES = {
    "GET /": Row(SIGNED),
    "GET /song": Row(SIGNED),
    "GET /phat": Row(SIGNED),
    "GET /phat/{airing_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/phat/{airing_id}": Row(SIGNED),
    "GET /phat/{airing_id}/cum-loa": Row(SIGNED, foreign=HIDDEN),
    "GET /phat/{airing_id}/dung": Row(SIGNED, foreign=HIDDEN),
    "POST /phat/{airing_id}/dung": Row(Act.STOP, {}, foreign=HIDDEN),
    "GET /cum-loa": Row(SIGNED),
    "GET /cum-loa/{node_id}": Row(SIGNED, foreign=HIDDEN),
    "GET /song/cum-loa/{node_id}": Row(SIGNED),
    "GET /tao-ban-tin": Row(Act.WRITE),
    "POST /tao-ban-tin": Row(Act.WRITE, DRAFT),
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
    "GET /duyet": Row(Act.APPROVE),
    "GET /song/duyet": Row(Act.APPROVE),
    "GET /duyet/{bulletin_id}": Row(Act.APPROVE, foreign=HIDDEN),
    "GET /song/duyet/{bulletin_id}": Row(Act.APPROVE),
    "POST /duyet/{bulletin_id}/duyet": Row(Act.APPROVE, {"phien_ban": "9"}, foreign=HIDDEN),
    "POST /duyet/{bulletin_id}/tra-lai": Row(Act.APPROVE, {"ly_do": "Sai ngày."}, foreign=HIDDEN),
    "GET /tep/{recording}.mp3": Row(SIGNED),
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
    "GET nodes": Row(SIGNED),
    "GET nodes/{node_id}": Row(SIGNED, foreign=HIDDEN),
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
    "GET schedules": Row(SIGNED),
    "POST schedules": Row(
        Act.AIR, {"bulletin": "{bulletin_id}", "areas": ["22333"], "rule": EVERY_DAY}, foreign=HIDDEN
    ),
    "GET schedules/{schedule_id}": Row(SIGNED, foreign=HIDDEN),
    "POST schedules/{schedule_id}/end": Row(Act.STOP, {"reason": ""}, foreign=HIDDEN),
    "POST schedules/{schedule_id}/occurrences/cancel": Row(Act.STOP, {"original_at": LATER}, foreign=HIDDEN),
    "POST schedules/{schedule_id}/occurrences/move": Row(
        Act.AIR, {"original_at": LATER, "to": LATER}, foreign=HIDDEN
    ),
    "GET days-off?year=2026": Row(SIGNED),
    "POST days-off": Row(Act.RULE, {"day": "2026-12-24", "name": "Ngày hội"}),
    "DELETE days-off/{day}": Row(Act.RULE),
    "GET lexicon": Row(SIGNED),
    "POST lexicon": Row(Act.TEACH, {"written": "XQZ", "spoken": "xê quy dét"}),
    "DELETE lexicon/{entry_id}": Row(Act.TEACH, foreign=HIDDEN),
}

ROWS = PAGES | {key.replace(" ", " /api/v1/", 1): row for key, row in CALLS.items()}
