"""Days and times of day as people type them, for the server and for the script of the page."""

from datetime import date, time

NOVEMBER = date(2026, 11, 26)
DAYS = {
    "26/11/2026": NOVEMBER,
    " 26/11/2026 ": NOVEMBER,
    "26-11-2026": NOVEMBER,
    "26.11.2026": NOVEMBER,
    "26 11 2026": NOVEMBER,
    "26/11/26": NOVEMBER,
    "26112026": NOVEMBER,
    "2026-11-26": NOVEMBER,
    "11/12/2026": date(2026, 12, 11),
    "5/1/2027": date(2027, 1, 5),
    "1/7/98": date(1998, 7, 1),
}
NO_DAYS = (
    "mai",
    "11/26/2026",
    "31/11/2026",
    "26/11",
    "26/11/202",
    "2026/11/26",
    "26/11/2026 17:00",
    "0/1/2026",
)
TIMES = {
    "17:00": time(17),
    "5:30": time(5, 30),
    "05:30": time(5, 30),
    "17h": time(17),
    "17H30": time(17, 30),
    "17 giờ 30": time(17, 30),
    "17 giờ 5 phút": time(17, 5),
    "7g15": time(7, 15),
    "17.45": time(17, 45),
    "1730": time(17, 30),
    "0000": time(0),
    "17": time(17),
    "05:30:15": time(5, 30, 15),
}
NO_TIMES = ("sáng", "24:00", "17:60", "5:30 PM", "17:00+07:00", "530", "17:0:0", "-1:00", "17:00:61")
