"""Checks a proof that somebody brings as a file; proving itself is a read (queries)."""

from pathlib import Path

from pydantic import ValidationError

from controller.errors import BadInput
from controller.features.evidence.findings import Findings
from controller.features.evidence.schemas import ProofFile
from controller.features.evidence.verification import check_proof

LONGEST = 256 * 1024 * 1024
"""Bytes of a file: 5,000 loudspeakers have some 20 MB."""


def verify_file(file: Path, root_public: str | None) -> Findings:
    """Check a file; without a root key of the caller's own, the file's is taken, and that is said."""
    try:
        if file.stat().st_size > LONGEST:
            raise BadInput("Tệp quá lớn để là bằng chứng của một lượt phát.", code="evidence.too-long")
        proof = ProofFile.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BadInput(f"Không đọc được tệp {file}: {error.strerror}.", code="evidence.file") from error
    except ValidationError as error:
        raise BadInput("Tệp này không phải là bằng chứng của một lượt phát.", code="evidence.file") from error
    findings = check_proof(proof, root_public or proof.root_public)
    if root_public is None:
        findings.not_proven.insert(
            0,
            f"Khóa gốc {proof.root_public} lấy từ chính tệp này: hãy so với khóa gốc mà tỉnh công bố, rồi "
            "kiểm tra lại với --root.",
        )
    return findings
