"""What the set-up of a new province still lacks: read off the database, the home folder and the settings.

Nothing here is ticked off by a person: a line is done when what it asks for is so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from controller.features.accounts.viewer import Caller
from controller.features.backups.backup import last_backup
from controller.features.backups.last_rehearsal import last_rehearsal
from controller.features.backups.snapshots import kind_of
from controller.features.fleet.node_names import SIMULATED
from controller.features.guide.schemas import SetUp, SetUpStep, SetUpTask
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.queries import published_key_sets, published_policy
from controller.host.station_keys import Secrets
from controller.http.public_address import Reachable, reach_of
from controller.http.station import Station
from controller.http.words import day_and_clock
from controller.model.accounts import Account
from controller.model.airing_states import DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.areas import Area
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from controller.model.permissions import OperatorRole
from controller.store import one_read
from devices.ids import AreaCode

ADMINISTRATOR, TECHNICIAN, SERVER = "quản trị", "kỹ thuật viên", "người giữ máy chủ"
ROOT_HOLDER = "người giữ khóa gốc"
_NEEDED = {
    OperatorRole.OFFICER: "cán bộ soạn",
    OperatorRole.APPROVER: "người duyệt",
    OperatorRole.TECHNICIAN: "kỹ thuật viên",
    OperatorRole.ADMINISTRATOR: "quản trị",
}


@one_read
def set_up(session: Session, caller: Caller) -> SetUp:
    """Return every line of the list with what is so now."""
    one = _SetUpReading(session, caller.station, caller.now())
    steps = [
        *one.areas(),
        *one.people(),
        *one.keys(),
        one.policy(),
        one.broker(),
        one.node(),
        one.test(),
        *one.backups(),
    ]
    return SetUp(steps=steps, left=sum(not (step.is_done or step.is_optional) for step in steps))


@dataclass(frozen=True)
class _SetUpReading:
    session: Session
    station: Station
    now: datetime

    @property
    def province(self) -> AreaCode:
        return AreaCode(self.station.settings.province)

    def areas(self) -> Sequence[SetUpStep]:
        commune = aliased(Area)
        in_use = select(func.count()).select_from(Area).where(Area.ended_at.is_(None))
        communes = self._count(in_use.where(Area.parent == self.province))
        below = in_use.join(commune, commune.code == Area.parent).where(commune.parent == self.province)
        villages = self._count(below)
        return (
            SetUpStep(
                task=SetUpTask.AREAS,
                title="Danh mục xã, phường",
                is_done=communes > 0,
                found=f"{communes} xã, phường, đặc khu",
                who=ADMINISTRATOR,
                to_do="Thêm từng đơn vị theo mã chính thức.",
                command="loa area add MÃ --name 'Xã …' --kind Xã --parent MÃ-TỈNH --as TÊN",
            ),
            SetUpStep(
                task=SetUpTask.VILLAGES,
                title="Thôn, tổ dân phố",
                is_done=villages > 0,
                found=f"{villages} thôn, tổ dân phố",
                who=ADMINISTRATOR,
                to_do="Chỉ cần khi muốn phát riêng cho từng thôn.",
                command="loa area add MÃ --name 'Thôn …' --kind Thôn --parent MÃ-XÃ --as TÊN",
                is_optional=True,
            ),
        )

    def people(self) -> Sequence[SetUpStep]:
        rows = self.session.scalars(select(Account).where(Account.disabled_at.is_(None))).all()
        roles = {role for row in rows for role in row.roles}
        lacking = [words for role, words in _NEEDED.items() if role not in roles]
        writers = {row.id for row in rows if OperatorRole.OFFICER in row.roles}
        approvers = {row.id for row in rows if OperatorRole.APPROVER in row.roles}
        alone = not lacking and len(writers | approvers) == 1
        found = f"{len(rows)} người"
        found += f"; chưa có {', '.join(lacking)}" if lacking else ""
        found += "; người soạn và người duyệt phải là hai người" if alone else ""
        given = sum(row.first_password for row in rows)
        first = Secrets(self.station.settings.home).operators.exists()
        told = [f"{given} người chưa đổi mật khẩu được cấp"] if given else []
        told += ["tệp mật khẩu đầu operators.txt còn trên máy chủ"] if first else []
        return (
            SetUpStep(
                task=SetUpTask.PEOPLE,
                title="Người dùng đủ vai trò",
                is_done=not (lacking or alone),
                found=found,
                who=ADMINISTRATOR,
                to_do="Thêm từng người, hoặc nhiều người một lượt bằng tệp CSV.",
                page="/nguoi-dung/nhap",
                command="loa operator import TỆP.csv --as TÊN",
            ),
            SetUpStep(
                task=SetUpTask.PASSWORDS,
                title="Mật khẩu được cấp đã đổi hết",
                is_done=not told,
                found="; ".join(told) or "mọi người dùng mật khẩu do mình chọn",
                who=f"từng người; {SERVER}" if first else "từng người",
                to_do="Mỗi người đăng nhập một lần và chọn mật khẩu của mình.",
                command=f"rm {Secrets(self.station.settings.home).operators}"
                if first and not given
                else None,
            ),
        )

    def keys(self) -> Sequence[SetUpStep]:
        unsigned, signed = keys_to_sign_for(self.session, self.now), published_key_sets(self.session)
        root = Secrets(self.station.settings.home).root_key
        found = f"{unsigned} khóa loa chưa tin" if unsigned else "loa tin mọi khóa đang dùng"
        return (
            SetUpStep(
                task=SetUpTask.KEYS,
                title="Bộ khóa đã ký",
                is_done=bool(signed) and not unsigned,
                found=found if signed else "chưa ký bộ khóa nào",
                who=ROOT_HOLDER,
                command="loa keys sign --root TỆP-KHÓA-GỐC",
            ),
            SetUpStep(
                task=SetUpTask.ROOT_KEY,
                title="Khóa gốc đã cất khỏi máy chủ",
                is_done=not root.exists(),
                found="khóa gốc còn trên máy chủ" if root.exists() else "không còn trên máy chủ",
                who=ROOT_HOLDER,
                to_do="Chép ra hai USB cất nơi khóa kín, thử đọc lại, rồi xóa trên máy chủ.",
                command=f"mv {root} /media/USB/" if root.exists() else None,
            ),
        )

    def policy(self) -> SetUpStep:
        policy = published_policy(self.session, self.province)
        quiet = policy is not None and bool(policy.quiet_hours)
        found = "chưa ký" if policy is None else "đã ký" if quiet else "đã ký, nhưng không có giờ yên lặng"
        return SetUpStep(
            task=SetUpTask.POLICY,
            title="Quy định của tỉnh: giờ yên lặng, âm lượng, số phút một ngày",
            is_done=quiet,
            found=found,
            who=ADMINISTRATOR,
            page=f"/quy-dinh/{self.province}",
        )

    def broker(self) -> SetUpStep:
        reached = self.station.welcome().broker
        is_far = reach_of(reached) is not Reachable.MACHINE
        up = self.station.broker_up()
        found = "đang nối" if up else "mất nối"
        found += "" if is_far else ", nhưng cụm loa ở ngoài máy này không tới được"
        return SetUpStep(
            task=SetUpTask.BROKER,
            title="Trạm trung chuyển MQTT mà cụm loa nối tới được",
            is_done=up and is_far,
            found=found,
            who=SERVER,
            to_do="Cài Mosquitto với TLS (docs/broker.md), ghi địa chỉ vào /etc/loa.env, khởi động lại đài.",
            command="LOA_BROKER_URL=mqtts://station:…@TÊN-MÁY:8883",
        )

    def node(self) -> SetUpStep:
        real = select(func.count()).select_from(Node).where(Node.retired_at.is_(None))
        real = real.where(~Node.id.startswith(SIMULATED))
        there, heard = self._count(real), self._count(real.where(Node.last_heard_at.is_not(None)))
        return SetUpStep(
            task=SetUpTask.NODE,
            title="Cụm loa thật đầu tiên đã nối",
            is_done=heard > 0,
            found=f"{heard}/{there} cụm loa thật đã nối" if there else "chưa gắn cụm loa thật nào",
            who=TECHNICIAN,
            page="/gan-cum-loa",
        )

    def test(self) -> SetUpStep:
        query = (
            select(Delivery.finished_at)
            .join(Airing, Airing.id == Delivery.airing)
            # by the few bulletins that are tests: all airings, and all deliveries, are too many to look at
            .where(Airing.bulletin.in_(select(Bulletin.id).where(Bulletin.test)))
            .where(Delivery.node == Airing.node, ~Airing.node.startswith(SIMULATED))
            .where(Delivery.rung == int(DeliveryStage.FINISHED))
            .order_by(Airing.starts_at)
            .limit(1)
        )
        heard_at = self.session.scalar(query)
        return SetUpStep(
            task=SetUpTask.TEST,
            title="Bản tin thử đã nghe ở một cụm loa thật",
            is_done=heard_at is not None,
            found="chưa nghe" if heard_at is None else f"nghe hết {day_and_clock(heard_at, self.now)}",
            who=TECHNICIAN,
            to_do="Cần bản tin thử loa đã duyệt (Thư viện, Soạn bản tin thử loa). Mở trang của cụm loa, "
            "bấm Thử loa, đứng nghe ở chân cột.",
            page="/cum-loa",
        )

    def backups(self) -> Sequence[SetUpStep]:
        home = self.station.settings.home
        backup, rehearsal = last_backup(home), last_rehearsal(home)
        command = f"loa restore {'TỆP' if backup is None else backup.file} --rehearsal"
        if kind_of(self.station.settings.database) == "postgresql":
            command += " --database ĐỊA-CHỈ-CƠ-SỞ-DỮ-LIỆU-TRỐNG"
        return (
            SetUpStep(
                task=SetUpTask.BACKUP,
                title="Đã sao lưu",
                is_done=backup is not None,
                found="chưa có" if backup is None else day_and_clock(backup.at, self.now),
                who=f"{ADMINISTRATOR} hoặc {SERVER}",
                to_do="Nên hẹn giờ mỗi đêm, ra ổ đĩa khác.",
                page="/cai-dat/sao-luu",
                command="loa backup /mnt/o-khac/loa",
            ),
            SetUpStep(
                task=SetUpTask.REHEARSAL,
                title="Đã thử khôi phục từ bản sao lưu",
                is_done=rehearsal is not None,
                found="chưa thử"
                if rehearsal is None
                else f"thử được {day_and_clock(rehearsal.at, self.now)}, bản sao "
                f"{day_and_clock(rehearsal.made_at, self.now)}",
                who=SERVER,
                to_do="Khôi phục vào chỗ tạm rồi bỏ đi; đài đang chạy không bị động tới.",
                command=command,
            ),
        )

    def _count(self, query: Select[int]) -> int:
        return self.session.scalar(query) or 0
