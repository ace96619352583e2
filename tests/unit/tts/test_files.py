import os
import time

from tts.files import FOREIGN_KEPT_S, sweep_leftovers

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


def test_what_another_machine_writes_into_a_shared_folder_stays_for_a_day(tmp_path):
    part = tmp_path / "1-0badcafe-x.part"
    part.touch()
    assert sweep_leftovers([part]) == 0, "whether its writer lives is not known here"
    os.utime(part, (time.time() - FOREIGN_KEPT_S - 60,) * 2)
    assert sweep_leftovers([part]) == 1
    assert sweep_leftovers([part]) == 0, "it is gone"
