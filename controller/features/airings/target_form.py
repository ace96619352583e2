"""Where and how loudly, in forms: nothing is chosen beforehand, all of a wide area must be confirmed."""

from pydantic import BaseModel

from controller.errors import BadInput
from controller.features.accounts.viewer import Viewer
from controller.model.airings import DEFAULT_VOLUME
from devices.ids import AreaCode, Grade

ALL, SOME = "tat-ca", "chon"
_LOUDEST = 100


class TargetTyped(BaseModel):
    """These fields as typed: all input is accepted, so that it can be shown again with its errors."""

    noi: str = ""
    dia_ban: list[str] = []
    nhom: list[str] = []
    """Named groups that are chosen, each as the codes that the page showed for it, separated by commas."""
    ca_vung: str = ""
    """That all communes of a wide area are meant, said once more."""
    muc: str = Grade.ROUTINE
    am_luong: str = str(DEFAULT_VOLUME)

    def areas_so_far(self, viewer: Viewer) -> list[AreaCode]:
        """Return what is chosen so far of what the person sees; nothing where they have not said yet."""
        return [area for area in self._chosen(viewer) if area in viewer.scope.seen]

    def _chosen(self, viewer: Viewer) -> list[AreaCode]:
        if self.noi == SOME:
            grouped = (code for group in self.nhom for code in group.split(",") if code)
            return [AreaCode(code) for code in dict.fromkeys((*self.dia_ban, *grouped))]
        is_all = self.noi == ALL or len(viewer.scope.communes) == 1  # a person with one commune is not asked
        return [viewer.scope.home] if is_all else []

    def areas(self, viewer: Viewer) -> list[AreaCode]:
        """Return where it shall be heard, or raise BadInput; all of a wide area must be confirmed."""
        chosen = self._chosen(viewer)
        if not chosen and self.noi == SOME:
            raise BadInput("Hãy chọn ít nhất một xã, phường.", code="airing.no-area")
        if not chosen:
            raise BadInput("Hãy chọn nơi phát.", code="airing.no-area")
        count = len(viewer.scope.communes)
        if self.noi == ALL and count > 1 and not self.ca_vung:
            raise BadInput(
                f"Loa ở cả {count} xã, phường sẽ phát. "
                "Đúng vậy thì đánh dấu vào ô xác nhận ở mục Phát ở đâu.",
                code="airing.wide",
            )
        return chosen

    def volume(self) -> int:
        """Return the volume, or raise BadInput."""
        if not self.am_luong.isdigit() or int(self.am_luong) > _LOUDEST:
            raise BadInput("Âm lượng phải từ 0 đến 100.", code="airing.bad-volume")
        return int(self.am_luong)
