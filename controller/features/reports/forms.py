"""The forms of a report: `loa report` names them without loading what writes them."""

from enum import StrEnum


class Form(StrEnum):
    """File format of a report."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
