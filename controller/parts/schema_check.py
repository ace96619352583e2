"""Refuses to run a part on a database that does not serve it; the station itself migrates at its start."""

from controller.errors import StartFailed
from controller.store import Store


def refuse_other_schema(store: Store, then: str) -> None:
    """Raise StartFailed where the database does not serve this release; `then`: what follows once it does."""
    if not store.is_upgraded():
        raise StartFailed(
            "Cơ sở dữ liệu chưa được nâng cấp, hoặc do bản mới hơn ghi. Đài giữ quyền phát nâng cấp khi khởi "
            f"động; {then}.",
            code="store.too-old",
        )
