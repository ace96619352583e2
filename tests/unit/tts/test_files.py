import os

from tts.files import sweep_leftovers

DEAD = 2**22 + 1  # above the highest process number


def test_what_a_dead_writer_left_goes_files_and_folders_alike(tmp_path):
    (tmp_path / f"{DEAD}-a.part").write_bytes(b"half")
    folder = tmp_path / f"{DEAD}-b.part"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "mix.raw").write_bytes(b"half")
    assert sweep_leftovers(tmp_path.iterdir()) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_writer_is_at_stays(tmp_path):
    (tmp_path / f"{os.getpid()}-a.part").write_bytes(b"half")
    (tmp_path / f"{os.getpid()}-b.part").mkdir()
    assert sweep_leftovers(tmp_path.iterdir()) == 0
    assert len(list(tmp_path.iterdir())) == 2
