"""The proof of an airing is checked with the root's public key alone; what was changed in it is found."""

import json

import pytest

from controller.errors import BadInput
from controller.features.evidence.queries import proof_of
from controller.features.evidence.schemas import ProofFile
from controller.features.evidence.service import verify_file
from controller.features.evidence.verification import check_proof
from devices.jose import ROOT, SigningKey
from devices.node_key import NodeKey
from tests.support.node_keys import Signer
from tests.support.station_world import NODES, TEXT

NODE, OTHER = NODES[0].id, NODES[1].id


@pytest.fixture
def airing(world):
    """An airing that one of two loudspeakers has heard whole, and the other not at all."""
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    world.later(seconds=61)
    world.advance()
    for kind in ("fetched", "started", "finished"):
        world.tell(NODE, airing, kind)
    world.later(seconds=120)
    world.advance()
    return airing


@pytest.fixture
def proof(world, airing):
    return world.ask(proof_of, airing, world.root_key.public_x, now=world.now)


def checked(world, proof, **changes):
    return check_proof(proof.model_copy(update=changes), world.root_key.public_x)


def test_a_proof_says_who_approved_what_where_when_it_was_planned_and_who_heard_it(world, proof):
    found = checked(world, ProofFile.model_validate_json(proof.model_dump_json()))
    told = "\n".join(found.proven)
    assert found.is_whole, found.not_proven
    assert "duyet đã duyệt văn bản «Lịch tiêm phòng» (do vanthu soạn)" in told
    assert "Đài đã ký kế hoạch cho 22366" in told
    assert f"{NODE} (Cụm 1): bắt đầu" in told
    assert "phát 60.0 giây, âm lượng 70%" in told
    assert "1/2 cụm loa đã ký rằng đã phát." in told
    assert "1/2 cụm loa không có biên nhận nào nói là đã phát." in "\n".join(found.not_proven)


def test_one_changed_letter_and_another_root_are_found(world, proof):
    text = proof.text.model_copy(update={"text": TEXT.replace("30/11", "29/11")})
    assert not checked(world, proof, text=text).is_whole
    other = SigningKey.generate(ROOT, world.now, world.station_key.not_after - world.now)
    assert not check_proof(proof, other.public_x).is_whole


def test_without_the_plan_the_planned_time_is_not_proven(world, proof):
    found = checked(world, proof, plans=[])
    assert not found.is_whole
    assert any("Không có kế hoạch nào" in line for line in found.not_proven)


def heard(found):
    return next(line for line in found.proven if "đã ký rằng đã phát" in line)


def with_node(proof, **changes):
    """The proof, the silent node changed."""
    return [one.model_copy(update=changes) if one.node == OTHER else one for one in proof.nodes]


def test_receipts_of_another_node_and_of_an_invented_key_prove_nothing(world, airing, proof):
    mine = next(one for one in proof.nodes if one.node == NODE)
    stolen = checked(world, proof, nodes=with_node(proof, receipts=mine.receipts))
    assert heard(stolen).startswith("1/2")
    key = NodeKey.generate()
    fields = world.fields(airing, "started")
    forged = [Signer().sign(OTHER, key=key, **fields)]
    theirs = next(one for one in proof.nodes if one.node == OTHER)
    keys = [theirs.keys[0].model_copy(update={"public": key.public})]
    found = checked(world, proof, nodes=with_node(proof, receipts=forged, keys=keys))
    assert heard(found).startswith("1/2")
    assert any("không có giấy gắn" in line for line in found.not_proven)


def test_a_break_in_a_nodes_chain_is_said(world, airing, proof):
    signer = Signer()
    first = signer.sign(OTHER, **world.fields(airing, "fetched"))
    signer.newest[OTHER] = "1" * 64
    second = signer.sign(OTHER, **world.fields(airing, "started"))
    found = checked(world, proof, nodes=with_node(proof, receipts=[first, second]))
    assert any("biên nhận số 2 không nối với số trước" in line for line in found.not_proven)
    assert heard(found).startswith("2/2")


def test_a_muted_loudspeaker_is_not_among_those_that_sounded(world, airing, proof):
    muted = [Signer().sign(OTHER, **world.fields(airing, "started", volume=0))]
    assert heard(checked(world, proof, nodes=with_node(proof, receipts=muted))).startswith("1/2")


def test_a_file_is_checked_with_its_own_root_only_if_that_is_said(proof, tmp_path):
    file = tmp_path / "proof.json"
    file.write_text(proof.model_dump_json(), "utf-8")
    assert not any("lấy từ chính tệp" in line for line in verify_file(file, proof.root_public).not_proven)
    assert "lấy từ chính tệp này" in verify_file(file, None).not_proven[0]
    file.write_text(json.dumps({"format": "x"}), "utf-8")
    with pytest.raises(BadInput):
        verify_file(file, None)
