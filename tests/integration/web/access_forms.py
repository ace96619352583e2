"""What each address is sent to see who may come to it: right in itself, so that only the person decides."""

from tests.integration.web.site_world import PASSWORDS
from tests.support.made_outlines import collection, square
from tests.support.swelling_tone import mp3

TEMPLATE = {"ten": "Chợ phiên", "loi": "Chợ phiên họp ngày [ngày]."}
DRAFT = {"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "nhap"}
WHEN = {"noi": "tat-ca", "ca_vung": "1", "luc": "ngay"}
LATER_DAY = {"ngay": "20/12/2026", "gio": "09:00"}
DRILL = LATER_DAY | {"ten": "Diễn tập", "noi": "tat-ca", "ca_vung": "1"}
NEW_AREA = {"code": "22333.8", "name": "Xã Mới", "kind": "Xã"}
RULES = PASSWORDS["quantri"]
OWN = "{own}"
"""The password of whoever asks."""
INTO = {"to": "22333", "password": RULES}
CODE = {"node": "kh-1", "area": "22333", "name": "Cụm 1"}
CLAIM = {"code": "ABCDEFGH", "public": "p" * 43, "proof": "p" * 86}
AIR = {"areas": ["22333"], "starts_in_seconds": 3600}
LATER = "2026-12-20T00:00:00Z"
RULE = {"kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "2026-12-01"}
EVERY_DAY = {"every": "day", "at": "17:00:00", "first": "2026-12-01"}

FILE = {"file": ("thong-bao.txt", "Lịch tiêm phòng\n\nNgày 30/11/2026.".encode())}

OUTLINES = {"file": ("xa.geojson", collection({"22333": [square(109.19, 12.3)]}))}

PHOTO = {"file": ("cot.jpg", b"\xff\xd8\xff\xda\x00\x02\x01\xff\xd9")}
POSITIONS = {"file": ("vi-tri.csv", b"loa-22333-1,12.3,109.19")}
NODE_LIST = "Tên;Địa bàn\nCụm 91;22366\n"
PLACES = {"positions": [{"node": "loa-22333-1", "latitude": 12.3, "longitude": 109.19}]}

SOUND = {"file": ("tin.mp3", mp3()), "title": "Tin", "text": "Nội dung.", "language": "rog"}
CHIME = {"file": ("nhac.mp3", mp3()), "place": "opening", "area": "56"}
JINGLE = {"file": ("nhac.mp3", mp3()), "cho": "opening", "dia_ban": "56"}
BROUGHT = {"file": ("tin.mp3", mp3()), "tieu_de": "Tin", "noi_dung": "Nội dung.", "tieng": "rog"}

ORDERED = {"tieu_de": "Tin chiều", "muc_loai": "speech", "muc_chu": "Kính chào bà con."}
ORDERED |= {"muc_ban_tin": "", "muc_tep": "", "muc_giay": "", "viec": "nhap"}

PROGRAMME = {"title": "Tin", "items": [{"kind": "speech", "text": "Kính chào bà con."}]}
