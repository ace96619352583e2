"""Figures that are names, not amounts: telephone numbers, identity numbers, plates, roads."""

import re
from typing import Final

from tts.normalization.contexts import meaning_around
from tts.normalization.documents import KIND_SAID, spell
from tts.normalization.fields import DigitGroups
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FOREIGN
from tts.normalization.numbers import cardinal, spell_digits, written_number
from tts.normalization.patterns import compiled
from tts.normalization.scene import Hit, Rule, Scene, hit_of, matching

_SHORT_CODES: Final = frozenset({"111", "112", "113", "114", "115", "1022", "116", "119"})
_PHONE: Final = re.compile(
    r"\b(?:điện thoại|tổng đài|đường dây nóng|hót lai|di động|số máy|phác|da lô|vai bơ)\b"
)
_PHONE_FILLER: Final = re.compile(
    r"\b(?:điện thoại|tổng đài|đường dây nóng|hót lai|di động|số máy|máy lẻ|máy nhánh|nội bộ|phác|da lô"
    r"|vai bơ)"
    r"(?: (?:số|là|di|động|bàn|máy|miễn phí|quốc gia|khẩn cấp|cố định|cơ quan|hỗ trợ|bảo vệ trẻ em))*$"
)
_CALL: Final = re.compile(
    r"\b(?:gọi|(?<!thông )(?<!cảnh )(?<!dự )báo|liên hệ|số|tổng đài|lực lượng|phản ứng nhanh|phím"
    r"|cứu thương|cảnh sát|công an|cứu|cấp cứu|cứu nạn|cháy|hỏa|trẻ em|hót lai)\b"
)
_PLACED: Final = re.compile(
    r"\b(?:nhà|đất|thửa|lô|phòng|trang|tờ|bản đồ|ki ốt|gian hàng|bàn|tuyến|kho|cống|trạm)(?: số)?$"
)
_STREET_FOLLOWS: Final = compiled(r",? (?:đường|phố|hẻm|[A-ZĐÀ-Ỹ][a-zđà-ỹ]+ [A-ZĐÀ-Ỹ][a-zđà-ỹ])")
_IDENTITY: Final = re.compile(
    r"\b(?:căn cước|chứng minh|mã số|mã|số hiệu|thẻ đảng|tài khoản|định danh|số thẻ|(?:sổ|số|thẻ) bảo hiểm"
    r"|ô tê pê|i đi|ai đi|pát|mật khẩu|mật mã|hộ chiếu|biển số|sê ri|số phát hành|vào sổ|công tơ"
    r"|điện kế|danh bộ|danh bạ|báo danh|số cuối|số đuôi)\b"
)
_ACCOUNT: Final = re.compile(r"\btài khoản\b")
_CROP: Final = re.compile(r"\b(?:vụ|lúa|sạ|gieo)\b")
_CAR: Final = re.compile(r"\b(?:xe|biển số|biển kiểm soát|ô tô|biển)\b")
_CARD: Final = re.compile(r"\b(?:căn cước|chứng minh nhân dân|hộ chiếu)\b")  # CMND 225.123.456
_AMOUNT_FOLLOWS: Final = re.compile(
    r" ?(?:đồng|đ\b|vnđ|triệu|tỷ|tỉ|nghìn|người|hộ|trường hợp|vụ|xã|phường|ha\b|m2|km|%"
    r"|lượt|cuộc|lần|ngày|giờ|phút)",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_COUNTED: Final = frozenset(
    {"NQTW", "TW", "TƯ", "BĐ", "KP", "TDP", "KV", "KCN", "CCN", "KDC", "KĐT", "QK", "TT", "TX", "TP"}
)
_MORE_CODES: Final = re.compile(
    r"(?:,|;|/| -| và| hoặc)? ?(?:11[1-5](?!\d|[.,]\d)|\(?0\d{2,3}[).\d ])"
)  # "113, 114, 115"
_OR_ANOTHER: Final = re.compile(r"\d{3} (?:hoặc|và|hay)$")
_SEED: Final = re.compile(r"\b(?:lúa|giống|nếp|gạo)\b")
_FERTILISER: Final = re.compile(r"\b(?:nờ pê ca|phân|phân bón|đê a pê|công thức)\b")
_DAY: Final = re.compile(r"\b(?:ngày|hạn|sinh)$")
_MESSAGE: Final = re.compile(r"(?:[Tt]in nhắn|[Nn]hắn|SMS|[Ss]oạn|[Đđ]ầu số|[Cc]ú pháp)\b[^.;]{0,80}$")
_LONGEST_MESSAGE: Final = 96  # characters
_DIALLED: Final = re.compile(r"\b(?:gọi|bấm|quay)(?: (?:số|đến|tới|vào|đến số|tới số))?$")
_REPORT_TO: Final = re.compile(r"\b(?:gọi|báo|báo tin|liên hệ|liên lạc)(?: (?:số|đến|tới|vào|về|qua|theo))+$")
_NOTHING_COUNTED: Final = re.compile(r" ?(?:$|[.;)(]|,(?! ?\d)|(?:để|khi|nếu|gặp|hoặc)\b)")
_MESSAGE_TO: Final = re.compile(r"\b(?:đến|tới|gửi|số|nhắn)$")
_FILE_CUE: Final = re.compile(r"\b(?:hồ sơ|mã hồ sơ|mã số|mã|số hiệu|ký hiệu|sê ri|số phiếu|số máy)\b")
_STATE_FILE: Final = re.compile(
    r"(?:\d{3}\.\d{2}\.\d{2}\.)?H\d{2}(?:\.\d{1,3})?-\d{6}-\d{4}"
)  # of the one-stop offices
_MARKED_CUE: Final = re.compile(r"\b(?:số khung|số máy|mã|mã số|mã hồ sơ|khách hàng|sê ri)$")
_SERIAL_CUE: Final = re.compile(r"\b(?:số|sê ri|mã|giấy chứng nhận|sổ|phát hành|biên lai|ký hiệu)$")
_GLUED_KIND: Final = re.compile(r"(NĐ|NQ|QH|QĐ|TT(?=\d\d))([1-9]\d{0,3})")  # NĐ100, QH15, TT200
_LAND_SERIES: Final = frozenset({"CS", "CH", "VP", "CX"})  # of certificates in a province's own book
_SERIALS: Final = re.compile(r"(?<!\w)[A-ZĐ]{1,3} ?\d{5,8}(?:,|;| và| hoặc)$")  # the next of several
_FLIGHT: Final = re.compile(r"\bchuyến bay\b")
_STEP: Final = re.compile(r"B[1-9]")
_WEDNESDAY: Final = 4  # "thứ 2-4-6"
_SHORTEST_CODE: Final = 6  # figures
_SHORTEST_MARK: Final = 3  # of them, right after "mã"
_MARK_CUE: Final = re.compile(r"\bmã(?! hồ)(?: [^ ]+){1,3}$")
_LAST_YEAR: Final = 2100
_SIX_IN_TWO: Final = 7  # characters of "822.222"
_SHORTEST_PHONE, _LONGEST_PHONE = 8, 12
_NO_AMOUNT: Final = 9  # figures that run on after "số": a name, for an amount would have its points
_LONG_RUN: Final = 11  # so many figures without a mark are a number of identity


def _dialled(end: int, written: str, *, is_abroad: bool = False) -> Hit:
    """A telephone number: its digits one by one, in groups."""
    return hit_of(end, DigitGroups(written, "phone", is_abroad), "phone")


def _phone(_scene: Scene, found: re.Match[str]) -> Hit | None:
    digits = sum(character.isdecimal() for character in found.group())
    if not _SHORTEST_PHONE <= digits <= _LONGEST_PHONE:
        return None
    plus = "+" in found.group()
    if digits == _LONGEST_PHONE and not plus and found.group()[0] != "(":
        return None
    return _dialled(found.end(), found.group(), is_abroad=plus)


def _abroad(_scene: Scene, found: re.Match[str]) -> Hit:
    """A number as it is dialled from abroad, without its plus: 84 912 345 678."""
    return _dialled(found.end(), found.group())


def _service_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    years = found["mark"] == "-" and int(found.group()[:4]) < int(found.group()[5:9] or 0) <= _LAST_YEAR
    if years and not scene.cue(_PHONE, 10):
        return None  # "1900-1945" are years
    return _dialled(found.end(), found.group())


def _cued_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    written = found.group()
    digits = sum(character.isdecimal() for character in written)
    other = scene.cue(_PHONE, 24) and _OR_ANOTHER.search(scene.before(found.start()))
    follows_phone = (scene.rule == "phone" or other) and digits <= 4  # noqa: PLR2004 -- "113, 114 hoặc 115"
    amount = scene.follows(_AMOUNT_FOLLOWS, found.end())
    cued = scene.cue(_PHONE, 10) or scene.rule == "phone"
    if digits >= 7 and "/" not in written and cued and not amount:  # noqa: PLR2004
        return _dialled(found.end(), written)
    first = re.match(r"\d+(?:[ .-]\d{3,4})*", written) if digits >= 7 else re.match(r"\d+", written)  # noqa: PLR2004
    if first is None or amount:
        return None
    end = found.start() + first.end()
    short = first.group() in _SHORT_CODES
    if scene.cue(_PHONE_FILLER, 10) and len(first.group()) >= 3:  # noqa: PLR2004
        return _dialled(end, first.group())
    several = scene.follows(_MORE_CODES, end)
    placed = scene.cue(_PLACED, 3) or scene.follows(_STREET_FOLLOWS, end)
    headed = scene.before(found.start()).endswith(":")  # "thông báo: 113, 114"
    if (scene.cue(KIND_SAID, 6) and not headed) or (short and placed and not several):
        return None  # "Quyết định số 115", "nhà số 115"
    if short and (follows_phone or several or scene.cue(_CALL, 14)):
        return _dialled(end, first.group())
    return None


def _message(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A short number that messages are sent to, or that is dialled: "nhắn tin đến 1414", "gọi số 3115"."""
    before = scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()]
    sent = scene.cue(_MESSAGE_TO, 1) and _MESSAGE.search(before)
    if scene.follows(_AMOUNT_FOLLOWS, found.end()) or not (sent or scene.cue(_DIALLED, 3)):
        return None
    return Hit(found.end(), spell_digits(found.group()), "phone")


def _masked(_scene: Scene, found: re.Match[str]) -> Hit:
    """A number of which some figures are kept back: 0905***123, 1900xxxx."""
    parts = re.findall(r"\d+|[xX*]+", found.group())
    said = [spell_digits(part) if part.isdecimal() else " ".join(["ích"] * len(part)) for part in parts]
    return Hit(found.end(), ", ".join(said), "phone")


def _local_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number of the town without its area: 3.856.114, where telephones are spoken of."""
    cued = scene.rule == "phone" or scene.cue(_PHONE, 10)
    cued = cued and (len(found.group()) > _SIX_IN_TWO or scene.cue(_PHONE_FILLER, 10))
    cued = cued or bool(scene.cue(_REPORT_TO, 3) and scene.follows(_NOTHING_COUNTED, found.end()))
    if not cued or scene.follows(_AMOUNT_FOLLOWS, found.end()):
        return None
    return _dialled(found.end(), found.group())


def _several(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Three numbers or more that are no range: NPK 16-16-8, "mũi 1-2-3"."""
    if scene.cue(_DAY, 1) and scene.last_words(2) not in {"các ngày", "những ngày"}:
        return None
    parts = [int(part) for part in re.split(r" ?- ?", found.group())]
    weekdays = scene.last_words() == "thứ"
    said = ", ".join("tư" if weekdays and part == _WEDNESDAY else cardinal(part) for part in parts)
    return Hit(found.end(), said, "number", sure=scene.cue(_FERTILISER, 4))


def _ratio_of_more(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """The parts of a mixture: "1:2:3"; 07:30:00 is a time."""
    parts = [part.strip() for part in found.group().split(":")]
    if all(len(part) == 2 for part in parts[1:]):  # noqa: PLR2004
        return None
    return Hit(found.end(), ", ".join(cardinal(int(part)) for part in parts), "ratio")


def _file_code(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The mark of a file, of letters and figures in groups, spelt group by group."""
    standing = _STATE_FILE.fullmatch(found.group()) or scene.cue(_FILE_CUE, 4)
    shortest = _SHORTEST_MARK if scene.cue(_MARK_CUE, 4) else _SHORTEST_CODE
    if not standing or sum(one.isdecimal() for one in found.group()) < shortest:
        return None
    return Hit(found.end(), ", ".join(spell(part) for part in re.split(r"[./-]", found.group())), "identity")


def _identity(scene: Scene, found: re.Match[str]) -> Hit | None:
    written = found.group()
    digits = re.sub(r"\D", "", written)
    grouped = _THOUSANDS.fullmatch(written) and not (len(digits) >= _NO_AMOUNT and scene.cue(_CARD, 5))
    amount = scene.follows(_AMOUNT_FOLLOWS, found.end()) or grouped
    if amount or len(digits) < 5:  # noqa: PLR2004 -- shorter ones are read as numbers
        return None
    fields = DigitGroups(written, "account" if scene.cue(_ACCOUNT, 10) else "other")
    if scene.cue(_IDENTITY, 10) or (digits == written and len(digits) >= _LONG_RUN):
        return hit_of(found.end(), fields, "identity")
    before = scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()]
    named = scene.last_words() == "số" or _MESSAGE.search(before)
    if digits == written and len(digits) >= _NO_AMOUNT and named:
        return hit_of(found.end(), fields, "identity", sure=False)
    if digits == written and digits.startswith("0"):
        return hit_of(found.end(), fields, "identity", sure=False)
    return None


def _plate(_scene: Scene, found: re.Match[str]) -> Hit | None:
    said = f"{spell_digits(found['place'])} {spell(found['series'])}"
    spelt_number = ", ".join(spell_digits(part) for part in found["number"].split("-"))
    return Hit(found.end(), f"{said}, {spelt_number}", "plate")


def _invoice(_scene: Scene, found: re.Match[str]) -> Hit:
    """The sign of an electronic invoice, with its year: 1K26TAA."""
    said = f"{spell(found['kind'])} {cardinal(int(found['year']))} {spell(found['own'])}"
    return Hit(found.end(), said, "identity")


def _army_plate(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A car of the army, or of a foreign office: AB-12-34; a plate without its province: "xe MĐ1-045.67"."""
    if not scene.cue(_CAR, 4):
        return None
    return Hit(
        found.end(), f"{spell(found['series'])} {DigitGroups(found['number'], 'other').literal()}", "plate"
    )


def _health_card(_scene: Scene, found: re.Match[str]) -> Hit:
    """The number of a card of health insurance, in the groups in which it is written."""
    said = [spell(part) for part in re.split(r" ", found.group())]
    return Hit(found.end(), ", ".join(said), "identity")


def _boat(_scene: Scene, found: re.Match[str]) -> Hit:
    """A fishing boat: its province, its number, TS for fisheries."""
    return Hit(found.end(), f"{spell(found[1])} {spell_digits(found[2])} tê ét", "plate")


def _serial(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The number of a certificate or a form, of letters and figures: "số BK 123456"."""
    short = len(found["number"]) < _SHORTEST_CODE and found["letters"] not in _LAND_SERIES
    if short or not (scene.cue(_SERIAL_CUE, 3) or _SERIALS.search(scene.before(found.start()))):
        return None
    return Hit(found.end(), f"{spell(found['letters'])} {spell_digits(found['number'])}", "identity")


def _step(scene: Scene, found: re.Match[str]) -> str | None:
    """B1, B2, where the steps of a procedure are told."""
    told = "bước" in scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()].lower()
    return f"bước {cardinal(int(found.group()[1:]))}" if told and _STEP.fullmatch(found.group()) else None


def _named(scene: Scene, found: re.Match[str], letters: str) -> str | None:
    """What the letters before a number stand for: "KP5", "NQTW4"."""
    meaning = meaning_around(scene, letters, found.start(), found.start() + len(letters))
    return meaning or (ABBREVIATIONS.get(letters) if len(letters) > 2 else None)  # noqa: PLR2004


def _mixed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Letters and figures in one word: 27C, H5N1, 4G, B2."""
    said: list[str] = []
    whole = ABBREVIATIONS.get(found.group()) or _step(scene, found)
    if whole:
        return Hit(found.end(), whole, "abbreviation")
    if sum(one.isdecimal() for one in found.group()) > 2 and scene.cue(_MARKED_CUE, 4):  # noqa: PLR2004
        return Hit(found.end(), spell(found.group()), "identity")
    glued = _GLUED_KIND.fullmatch(found.group())
    if glued:
        body = {"QH": "Quốc hội khóa"}.get(glued[1]) or DOCUMENT_CODES[glued[1]]
        return Hit(found.end(), f"{body} {cardinal(int(glued[2]))}", "document")
    named = re.match(r"[A-ZĐ]{2,5}(?=\d{1,2}(?!\w))", found.group())
    meaning = _named(scene, found, named.group()) if named else None
    if named and meaning:
        figures = found.group()[named.end() :]
        zero = figures.startswith("0") and meaning == "đề án"  # "Đề án 06" is called "không sáu"
        parts = [cardinal(int(part)) for part in figures.split(".")]  # VT1.1
        said_number = spell_digits(figures) if zero else " chấm ".join(parts)
        return Hit(found.end(), f"{meaning} {said_number}", "abbreviation")
    for part in re.findall(r"\d+|\.|[^\d.]+", found.group()):
        if part == ".":
            said.append("chấm")
        elif not part.isdecimal():
            if part in _COUNTED and not said:
                said.append(ABBREVIATIONS[part])
                continue
            said.append(FOREIGN.get(part) or FOREIGN.get(part.lower()) or spell(part))
        elif part.startswith("0") or len(part) > 4 or scene.cue(_FLIGHT, 3):  # noqa: PLR2004
            said.append(spell_digits(part))
        else:
            said.append(cardinal(int(part)))
    return Hit(found.end(), " ".join(said), "mixed")


def _road(scene: Scene, found: re.Match[str]) -> Hit | None:
    kinds = {"QL": "quốc lộ", "ĐT": "đường tỉnh", "TL": "tỉnh lộ", "HL": "hương lộ", "ĐH": "đường huyện"}
    kinds |= {"ĐX": "đường xã", "VĐ": "vành đai"}
    if found["kind"] == "ĐT" and found["number"] in _SHORT_CODES:
        return None  # a telephone
    if found["kind"] == "ĐX" and (len(found["number"]) > 2 or scene.cue(_CROP, 3)):  # noqa: PLR2004
        return None  # "lúa ĐX 2025-2026" is a crop
    if found["kind"] in {"HL", "TL"} and scene.follows(_AMOUNT_FOLLOWS, found.end()):
        return None  # "HL 15 ngày" is training
    if found["kind"] == "ĐT" and _SEED.search(scene.before(found.start()).lower()):
        return None  # "lúa ĐT8" is a seed
    if scene.last_words() == "đường":
        kinds |= {"ĐT": "tỉnh", "ĐH": "huyện", "ĐX": "xã"}
    if found["kind"] == "HL" and found["number"] == "93":
        return None  # HL93 is the load of a bridge
    letter = f" {spell(found['letter'])}" if found["letter"] else ""
    kind = kinds[found["kind"]]
    if scene.last_words(2) == kind:
        kind = ""  # "đường tỉnh ĐT.654"
    return Hit(found.end(), f"{kind} {cardinal(int(found['number']))}{letter}".lstrip(), "road")


def _motorway(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """CT.01: the sign of a motorway, spelt."""
    return Hit(found.end(), f"xê tê {spell_digits(found['number'])}", "road")


def _kilometre(_scene: Scene, found: re.Match[str]) -> Hit | None:
    if re.match(r"km[23](?!\+|\w)", found.group()):
        return None  # "người/km2"
    more = f" cộng {cardinal(int(found['more']))}" if found["more"] else ""
    return Hit(found.end(), f"ki lô mét {written_number(found['number'])}{more}", "road")


PHONE_RULES: Final[tuple[Rule, ...]] = (
    matching(r"(?:\(\+?84\)|\(84[ .-]|\+84)[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{1,4}){1,4}(?!\d)", _phone),
    matching(r"\(0\d{1,4}\)[ .-]?\d{1,4}(?:[ .-]?\d{2,4}){1,3}(?!\d)", _phone),
    matching(r"0\d{1,4}(?:[ .-]?\d{1,4}){1,5}(?!\d|/(?! ?0\d\d| ?\d{6})|[.,]\d)", _phone),
    matching(
        r"(?:0\d{1,4}(?:[ .]\d{1,2})?|1[89]00)[ .]?(?:[xX]{2,4}|\*{2,4})"
        r"(?:[ .]?(?:[xX]{2,4}|\*{2,4}|\d{2,4}))?(?!\w)",
        _masked,
    ),
    matching(r"\d{1,6}(?:[xX]{3,8}|\*{3,8})\d{0,6}(?!\w)", _masked),
    matching(r"(?:84[ .-]\d{2,3}(?:[ .-]\d{3}){2}|0084[ .-]?\d{9})(?![\d/]|[.,]\d)", _abroad),
    matching(r"1[89]00(?P<mark>[ .-]?)\d{2,4}(?:[ .]?\d{2,4}){0,2}(?![\d/]|[.,]\d|-\d)", _service_phone),
    matching(r"[1-9]\d{2,4}(?!\w|[.,/-]\d)", _message),
    matching(r"(?:[2-9][ .])?\d{3}[ .]\d{3}(?![\d%]|[.,]\d)", _local_phone),
    matching(r"(?=[\dA-Z./-]{1,40}[A-Z])\d[\dA-Z]*(?:[./-][\dA-Z]+){2,9}(?!\w)", _file_code),
    matching(r"\d{3,}(?:[ .-]\d{2,4}){0,6}(?![\d%]|,\d)", _cued_phone),
    matching(r"\d{2}(?:(?:[.-]\d{3,}){2,3}|[.-]\d{5,}|(?: \d{3,4}){2,3})(?![\w%]|[.,/-]\d)", _identity),
    matching(r"\d{3,}(?:[ .-]\d{2,}|[.-]\d(?=[.-]\d)| \d(?= \d{5})){0,8}(?!\w|[/%]|,\d)", _identity),
)
RATIO_OF_MORE: Final[Rule] = matching(r"\d{1,3}(?: ?: ?\d{1,3}){2,5}(?![\w%]|[:/.,]\d)", _ratio_of_more)
SEVERAL: Final[Rule] = matching(r"\d{1,2}(?: ?- ?\d{1,2}){2,5}(?![\w%-]| ?-|[/.,]\d)", _several)
FILE_CODE: Final[Rule] = matching(
    r"(?=[\dA-Z./-]{1,40}\d)[A-Z]{1,3}\d*(?:[./-][\dA-Z]+){2,9}(?!\w)", _file_code
)
SERIAL: Final[Rule] = matching(r"(?P<letters>[A-ZĐ]{1,3}) ?(?P<number>\d{5,8})(?!\w|[.,/-]\d)", _serial)
PLATE_RULES: Final[tuple[Rule, ...]] = (
    matching(r"(?P<kind>[1-6][CK])(?P<year>[1-9]\d)(?P<own>[A-Z]{3})(?!\w)", _invoice),
    matching(
        r"(?P<place>[1-9]\d) (?P<series>[A-ZĐ]{1,2}\d?)(?: ?- ?| )(?P<number>\d{3}\.\d{2})(?!\d)", _plate
    ),
    matching(
        r"(?P<place>[1-9]\d)(?P<series>[A-ZĐ]{1,2}\d?)(?P<number>\d{5})(?!\w|[.,]\d)", _plate
    ),  # 79A12345
    matching(
        r"(?P<place>\d{2})-?(?P<series>[A-ZĐ]{1,2}[0-9]?)(?: ?- ?| )(?P<number>\d{3}\.\d{2}|\d{4,5})(?!\d)",
        _plate,
    ),
)
EMBASSY_PLATE: Final[Rule] = matching(
    r"(?P<place>\d{2})-(?P<series>NG|NN|QT|CV)-(?P<number>\d{3}-\d{2})(?!\w)", _plate
)
ARMY_PLATE: Final[Rule] = matching(
    r"(?P<series>[A-ZĐ]{1,2}[1-9](?=-\d{3}\.)|[A-ZĐ]{2}(?=-)|N[GN](?= )|QT(?= ))[- ]"
    r"(?P<number>\d{2}-(?:\d{3}-)?\d{2}|\d{3}\.\d{2})(?!\w|-)",
    _army_plate,
)
HEALTH_CARD: Final[Rule] = matching(r"[A-Z]{2} ?\d \d{2} (?:\d{3} \d{3} \d{4}|\d{10})(?!\w)", _health_card)
BOAT: Final[Rule] = matching(r"([A-ZĐ][A-ZĐ]?[A-ZĐa-z]?)[ -]?(\d{4,5})[ -]?TS(?!\w)", _boat)
MIXED: Final[Rule] = matching(r"(?:\d+[A-ZĐ]+|[A-ZĐ]{1,5}\d+)[A-ZĐ0-9]*(?:\.\d{1,3})?(?!\w)", _mixed)
ROAD_RULES: Final[tuple[Rule, ...]] = (
    matching(r"CT\. ?(?P<number>\d{2})(?!\w)", _motorway),
    matching(
        r"(?P<kind>QL|ĐT|TL|HL|ĐH|ĐX|VĐ)(?:\. ?| )?"
        r"(?P<number>[1-9]\d{0,3}|0[1-9](?! ?\d))(?P<letter>[A-ZĐ]?)(?!\w|[.,]\d)",
        _road,
    ),
    matching(
        r"(?:[Kk]m|KM) ?(?P<number>\d{1,4}(?:\.\d{3}(?!\d))?)(?: ?\+ ?(?P<more>\d{1,4}))?(?!\w)", _kilometre
    ),
)
