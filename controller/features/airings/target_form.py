"""Target areas in forms: nothing is chosen beforehand, a whole wide area must be confirmed."""

from collections.abc import Sequence

from controller.errors import BadInput
from controller.features.accounts.viewer import Viewer
from devices.ids import AreaCode

ALL, SOME = "tat-ca", "chon"


def areas_typed(viewer: Viewer, noi: str, dia_ban: Sequence[str]) -> list[AreaCode]:
    """Return what is chosen so far; nothing where the person has not said yet."""
    if noi == SOME:
        return [AreaCode(code) for code in dia_ban]
    is_all = noi == ALL or len(viewer.scope.communes) == 1  # a person with one commune is not asked
    return [viewer.scope.home] if is_all else []


def areas_meant(viewer: Viewer, noi: str, dia_ban: Sequence[str], ca_vung: str) -> list[AreaCode]:
    """Return where it shall be heard, or raise BadInput; all of a wide area must be confirmed."""
    chosen = areas_typed(viewer, noi, dia_ban)
    if not chosen and noi == SOME:
        raise BadInput("Hãy chọn ít nhất một xã, phường.", code="airing.no-area")
    if not chosen:
        raise BadInput("Hãy chọn nơi phát.", code="airing.no-area")
    count = len(viewer.scope.communes)
    if noi == ALL and count > 1 and not ca_vung:
        raise BadInput(
            f"Loa ở cả {count} xã, phường sẽ phát. Đúng vậy thì đánh dấu vào ô xác nhận ở mục Phát ở đâu.",
            code="airing.wide",
        )
    return chosen
