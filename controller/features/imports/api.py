"""Texts out of files by JSON: a file goes in, a draft comes back, nothing is saved."""

from controller.features.accounts.upload_forms import Uploaded
from controller.features.imports.drafting import import_text
from controller.features.imports.schemas import ImportedShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described
from controller.model.limits import LARGEST_FILE

router = json_router(prefix="/bulletins", tags=["bulletins"])


@router.post("/import", responses=refusals(401, 403, 422), openapi_extra=described())
def import_file(upload: Uploaded) -> ImportedShown:
    """Return the title, text and legal act in a .txt (any encoding), .docx or .pdf file of up to 20 MB."""
    return ImportedShown.of(import_text(upload.file.read(LARGEST_FILE + 1)))
