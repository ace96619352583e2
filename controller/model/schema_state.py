"""Which programs the schema serves; docs/decisions/153-a-schema-serves-two-releases.md."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base


class SchemaState(Base):
    """The one row (`id` 1) of a database: the newest revision of the oldest program that may use it."""

    __tablename__ = "schema_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serves_from: Mapped[str] = mapped_column(String(ID_LENGTH))
