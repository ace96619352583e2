"""`loa-board`: makes a Linux board with a sound output a loudspeaker; docs/boards.md, "Boards"."""

import argparse
import asyncio
import fcntl
import logging
import math
import signal
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from devices.board.board import Board, BoardSettings
from devices.board.disk import DiskBroken
from devices.board.hardware import SOFTWARE
from devices.board.sound_output import BUFFER_S, OutputGone, OutputSettings, SoundOutput, aplay, wav_folder
from devices.board.supervisor import Supervisor
from devices.board.time_sources import USUAL_PPM
from devices.enrolling import (
    KEY_FILE,
    REPLY_FILE,
    Enrolled,
    NotEnrolled,
    enrol,
    enrolled_in,
    qr_words,
    with_root_joined,
)

FAILED, USAGE_ERROR = 1, 2
MIB: Final = 1024 * 1024
HOME: Final = Path("/var/lib/loa-board")
TONE_RATE, TONE_HERTZ, TONE_S = 24_000, 440, 2


def main() -> int:
    """Do what the command line says; return the exit code."""
    told = _parser().parse_args(with_root_joined(sys.argv[1:]))
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
    try:
        do: Callable[[argparse.Namespace], None] = told.do
        do(told)
    except NotEnrolled as error:
        sys.stderr.write(f"{error.sentence}\n")
        return USAGE_ERROR
    except DiskBroken as error:
        sys.stderr.write(f"Không đọc, ghi được bộ nhớ trong {told.home}: {error}\n")
        return FAILED
    except OutputGone as error:
        sys.stderr.write(f"Không phát được ra loa: {error}\n")
        return FAILED
    except OSError as error:
        sys.stderr.write(f"Không chạy được: {error}\n")
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loa-board", description="Biến một máy Linux có ngõ ra âm thanh thành cụm loa."
    )
    parser.add_argument("--home", type=Path, default=HOME, help=f"thư mục giữ khóa và bộ nhớ ({HOME})")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("enrol", help="gắn máy này vào đài bằng mã hoặc nội dung mã QR")
    one.add_argument("code", nargs="?", help="mã gắn, tám ký tự")
    one.add_argument("--address", help="địa chỉ của đài, https://…")
    one.add_argument("--root", help="khóa gốc công khai của tỉnh, nếu biết")
    one.add_argument("--qr", help="nội dung mã QR: địa chỉ, mã và khóa gốc")
    one.add_argument(
        "--new-key", action="store_true", help="bỏ khóa cũ: khi bộ nhớ hỏng, hay bản sao của máy khác"
    )
    one.set_defaults(do=_enrol)
    one = commands.add_parser("show", help="máy này là cụm loa nào")
    one.set_defaults(do=_show)
    one = commands.add_parser("test-sound", help="phát thử một tiếng hai giây, to vừa")
    _add_sound(one)
    one.set_defaults(do=_test_sound)
    one = commands.add_parser("run", help="làm cụm loa cho đến khi bị dừng")
    _add_sound(one)
    one.add_argument("--storage-mb", type=int, default=1024, help="bộ nhớ nhiều nhất, MiB, ít nhất 64 (1024)")
    one.add_argument(
        "--metered", action="store_true", help="mạng tính tiền theo dung lượng: nhận tệp nhỏ nhất"
    )
    one.add_argument(
        "--rtc-ppm", type=float, default=USUAL_PPM, help="sai số thạch anh đồng hồ RTC, ppm (50)"
    )
    one.add_argument("--gpsd", metavar="MÁY:CỔNG", help="lấy giờ GPS từ gpsd, thường là 127.0.0.1:2947")
    one.set_defaults(do=_run)
    return parser


def _add_sound(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="default", help="thiết bị ALSA, như plughw:CARD=Headphones")
    parser.add_argument("--wav", type=Path, help="thay cho loa: ghi những gì đã phát vào thư mục này")
    parser.add_argument(
        "--buffer-ms", type=int, default=round(BUFFER_S * 1000), help="đệm của card âm thanh (300)"
    )
    parser.add_argument("--extra-ms", type=int, default=0, help="độ trễ phía sau card âm thanh, đã đo (0)")


def _enrol(told: argparse.Namespace) -> None:
    address, code, root = _asked(told)
    if told.new_key:  # only now: a slip at the keyboard costs an enrolled board nothing
        for name in (KEY_FILE, REPLY_FILE):
            (told.home / name).unlink(missing_ok=True)
    who = enrol(told.home, address, code, SOFTWARE, root)
    sys.stdout.write(_words(who))
    if root is None:
        sys.stdout.write("Hãy so tám ký tự đầu của khóa gốc với trang Gắn cụm loa của đài.\n")


def _asked(told: argparse.Namespace) -> tuple[str, str, str | None]:
    """Return the station's address, the code, and the root public key if it is known."""
    if told.qr is not None:
        return qr_words(told.qr)
    if told.code is None or told.address is None:
        raise NotEnrolled(
            "Hãy cho biết mã và địa chỉ của đài: loa-board enrol MÃ --address ĐỊA_CHỈ, hoặc --qr."
        )
    return told.address, told.code, told.root


def _show(told: argparse.Namespace) -> None:
    sys.stdout.write(_words(_who(told.home)))


def _words(who: Enrolled) -> str:
    enrolment = who.enrolment
    return (
        f"Cụm loa {enrolment.node} ({enrolment.name}), địa bàn {' › '.join(enrolment.areas)}\n"
        f"Trạm trung chuyển {enrolment.broker}\n"
        f"Khóa của máy {who.key.public}\n"
        f"Khóa gốc {who.root_public[:8]} {who.root_public[8:]}\n"
    )


def _who(home: Path) -> Enrolled:
    who = enrolled_in(home)
    if who is None:
        raise NotEnrolled("Máy này chưa được gắn: loa-board enrol MÃ --address ĐỊA_CHỈ.")
    return who


def _output(told: argparse.Namespace) -> OutputSettings:
    command = aplay(told.device) if told.wav is None else wav_folder(told.wav)
    return OutputSettings(command, told.buffer_ms / 1000, told.extra_ms / 1000)


def _test_sound(told: argparse.Namespace) -> None:
    output = SoundOutput(_output(told), TONE_RATE, time.monotonic)
    output.open()
    chunk = TONE_RATE // 50
    for first in range(0, TONE_S * TONE_RATE, chunk):
        wave = (
            round(8000 * math.sin(math.tau * TONE_HERTZ * n / TONE_RATE)) for n in range(first, first + chunk)
        )
        output.write(struct.pack(f"<{chunk}h", *wave))
    output.close()


def _run(told: argparse.Namespace) -> None:
    who = _who(told.home)
    host, _, port = (told.gpsd or "").rpartition(":")
    if told.gpsd and not (host and port.isdigit()):
        raise NotEnrolled("--gpsd có dạng MÁY:CỔNG.")
    settings = BoardSettings(
        folder=told.home,
        output=_output(told),
        storage=max(64, told.storage_mb) * MIB,
        is_metered=told.metered,
        rtc_ppm=told.rtc_ppm,
        gpsd=(host, int(port)) if told.gpsd else None,
    )
    with (told.home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotEnrolled(f"loa-board đang chạy rồi trên {told.home}.") from None
        asyncio.run(_run_until_told(Board(settings, who, Supervisor.of_environment())))


async def _run_until_told(board: Board) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    await board.run(stopping)


def program() -> None:
    """Entry point of the `loa-board` program."""
    sys.exit(main())


if __name__ == "__main__":
    program()
