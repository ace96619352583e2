"""The proof of an airing is checked with the root's public key alone; what was changed in it is found."""

import json

import pytest
from sqlalchemy import select

from controller.errors import BadInput
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.evidence.queries import proof_of
from controller.features.evidence.schemas import ProofFile
from controller.features.evidence.service import verify_file
from controller.features.evidence.verification import check_proof
from controller.features.journal.chain import hash_of
from controller.features.journal.queries import inclusion_of, root_at
from controller.features.journal.service import record
from controller.model.journal import Entry
from controller.model.wording import Manner
from devices.jose import ROOT, SigningKey
from devices.merkle import MerkleTree, is_included, leaf_of
from devices.node_key import NodeKey
from tests.support.node_keys import Signer
from tests.support.station_world import NHA_TRANG, NODES, TEXT, Sound
from tests.support.stored_rows import behind_the_triggers, published_plans

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


def test_how_it_was_to_be_spoken_is_proven_with_it(world):
    manner = Manner(register="literal", engine="loa", voice="jm_kumo")
    made = world.do(draft_bulletin, title="Lịch tiêm", text=TEXT, by=world.clerk, manner=manner)
    world.render(world.do(submit_bulletin, made.id, by=world.clerk).id, Sound(b"sound " * 20_000))
    world.approve(made.id)
    airing = world.plan(made.id)
    world.advance()
    world.publish()
    proof = world.ask(proof_of, airing, world.root_key.public_x, now=world.now)
    changes = [{}, {"voice": "jf_nezumi"}, {"reading_register": None}, {"engine": "", "voice": ""}]
    texts = [proof.text.model_copy(update=one) for one in changes]
    found = ["\n".join(checked(world, proof, text=one).proven) for one in texts]
    assert ["đã duyệt văn bản" in one for one in found] == [True, False, False, False]


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


# -- the journal


def witnessed(world):
    """An airing whose loudspeaker signed, in its first receipt, the checkpoint that its plan carried."""
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    world.later(seconds=61)
    world.advance()
    world.tell(NODE, airing, "fetched", journal=plan.journal.model_dump())
    for kind in ("started", "finished"):
        world.tell(NODE, airing, kind)
    return airing


def prove(world, airing):
    return world.ask(proof_of, airing, world.root_key.public_x, now=world.now)


def test_the_entries_of_approval_and_airing_stand_in_the_journal_that_loudspeakers_saw(world):
    for _ in range(5):
        world.approved()
    proof = prove(world, witnessed(world))
    found = checked(world, ProofFile.model_validate_json(proof.model_dump_json()))
    assert found.is_whole, found.not_proven
    (told,) = [line for line in found.proven if "nhật ký" in line]
    assert "mà 1 cụm loa đã ký rằng thấy" in told
    assert f"bulletin.approved ({world.approver.id}, " in told
    assert f"airing.planned ({world.approver.id}, " in told
    assert not any("Nhật ký" in line for line in found.not_proven)


def test_an_airing_whose_own_receipts_name_no_checkpoint_is_witnessed_by_those_of_others(world):
    airing = world.plan(world.approved())
    other = world.plan(world.approved(), seconds=7200)
    world.advance()
    world.publish()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    world.tell(NODE, other, "fetched", journal=plan.journal.model_dump())
    world.later(seconds=61)
    world.advance()
    world.tell(NODE, airing, "fetched")
    found = checked(world, prove(world, airing))
    assert any("1 cụm loa đã ký rằng thấy" in line for line in found.proven), found.not_proven


def test_without_a_loudspeaker_that_saw_it_the_journal_is_the_stations_word(world, proof):
    found = checked(world, proof)
    assert any("đài đã ký trong kế hoạch" in line for line in found.proven)
    assert any("chưa có cụm loa nào ký rằng đã thấy" in line for line in found.not_proven)


def test_an_entry_that_was_written_anew_is_not_in_the_journal_that_loudspeakers_saw(world):
    proof = prove(world, witnessed(world))
    first, *rest = proof.journal.entries
    detail = first.entry.detail | {"recording": "0" * 64}
    entry = first.entry.model_copy(update={"detail": detail})
    entry = entry.model_copy(update={"hash": hash_of(entry.model_dump())})
    forged = [first.model_copy(update={"entry": entry}), *rest]
    found = checked(world, proof, journal=proof.journal.model_copy(update={"entries": forged}))
    assert not found.is_whole
    assert any("không nằm trong nhật ký" in line for line in found.not_proven)


def test_a_journal_of_as_many_entries_that_loudspeakers_did_not_see_is_found(world):
    airing = witnessed(world)
    proof = prove(world, airing)
    tree = MerkleTree()
    for n in range(proof.journal.size):
        tree.append(leaf_of(f"{n:064x}"))
    rewritten = proof.journal.model_copy(update={"root": tree.root(), "entries": []})
    found = checked(world, proof, journal=rewritten)
    assert not found.is_whole
    assert any("đã ký rằng thấy một nhật ký khác" in line for line in found.not_proven)


def test_a_proof_without_the_journal_says_so(world, proof):
    found = checked(world, proof, journal=None)
    assert found.is_whole
    assert any("không có mục nào mà cụm loa đã thấy" in line for line in found.not_proven)


@pytest.mark.parametrize("seq", [1, 2, 7, 11])
def test_ways_to_the_root_are_the_same_with_and_without_the_kept_subtrees(world, seq):
    for n in range(40):
        world.do(lambda session, now, n=n: record(session, None, "nothing.done", f"s{n}", now))
    sizes = [size for size in (seq, 12, 16, 23, 33) if size >= seq]
    before = [world.ask(inclusion_of, seq, size) for size in sizes]
    for size, path in zip(sizes, before, strict=True):
        leaf = leaf_of(world.ask(lambda s: s.scalars(select(Entry.hash).where(Entry.seq == seq)).one()))
        root = world.ask(root_at, size)
        assert is_included(leaf, seq - 1, size, [bytes.fromhex(step) for step in path], root)
    behind_the_triggers(world, "UPDATE journal SET peaks = NULL")
    assert [world.ask(inclusion_of, seq, size) for size in sizes] == before
