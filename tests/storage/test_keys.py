from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from core.errors import KeyGone
from core.storage.files import CHUNK, SealedFiles
from core.storage.keys import KeyStore, create_master_key, read_master_key, seal, unseal
from core.storage.studio import Studio


def test_a_master_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    create_master_key(tmp_path / "master.key")

    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert len(read_master_key(tmp_path / "master.key")) == 32


def test_what_is_sealed_for_one_place_does_not_open_in_another() -> None:
    sealed = seal(b"k" * 32, b"Ana", "profile-1")

    assert unseal(b"k" * 32, sealed, "profile-1") == b"Ana"
    with pytest.raises(InvalidTag):
        unseal(b"k" * 32, sealed, "profile-2")


def test_a_key_lies_wrapped_on_the_disk(studio: Studio, tmp_path: Path) -> None:
    key = studio.keys.create("profile-7")

    stored = (tmp_path / "data" / "keys" / "profile-7.key").read_bytes()
    assert key not in stored
    assert KeyStore(studio.keys.url, b"x" * 32).find("profile-7") is None


def test_a_destroyed_key_opens_nothing_any_more(studio: Studio) -> None:
    studio.keys.create("profile-7")

    studio.keys.destroy("profile-7")

    with pytest.raises(KeyGone):
        studio.keys.open("profile-7")


def test_a_buried_key_cannot_be_made_again(studio: Studio) -> None:
    studio.keys.create("profile-7")
    studio.keys.bury("profile-7")

    with pytest.raises(KeyGone):
        studio.keys.create("profile-7")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_files_of_every_length_come_back_as_they_were(studio: Studio, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)

    studio.files.write("1/picture-a", content[:size], b"k" * 32)

    assert studio.files.read("1/picture-a", b"k" * 32) == content[:size]


def test_a_file_shows_nothing_of_its_content(studio: Studio, tmp_path: Path) -> None:
    studio.files.write("1/picture-a", b"CANARY" * 1000, b"k" * 32)

    assert b"CANARY" not in (tmp_path / "data" / "files" / "1" / "picture-a").read_bytes()


@pytest.mark.parametrize("harm", ["cut", "swapped", "flipped"])
def test_an_altered_file_does_not_open(studio: Studio, tmp_path: Path, harm: str) -> None:
    studio.files.write("1/picture-a", bytes(3 * CHUNK), b"k" * 32)
    path = tmp_path / "data" / "files" / "1" / "picture-a"
    sealed = path.read_bytes()
    head, chunk = 11, CHUNK + 16
    path.write_bytes(
        {
            "cut": sealed[: head + 2 * chunk],
            "swapped": sealed[:head] + sealed[head + chunk : head + 2 * chunk]
            + sealed[head : head + chunk] + sealed[head + 2 * chunk :],
            "flipped": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        }[harm]
    )  # fmt: skip

    with pytest.raises(InvalidTag):
        studio.files.read("1/picture-a", b"k" * 32)


def test_a_file_cannot_be_passed_off_as_another(studio: Studio, tmp_path: Path) -> None:
    files = SealedFiles(studio.files.url)
    files.write("1/picture-a", b"a", b"k" * 32)
    folder = tmp_path / "data" / "files" / "1"
    (folder / "picture-b").write_bytes((folder / "picture-a").read_bytes())

    with pytest.raises(InvalidTag):
        files.read("1/picture-b", b"k" * 32)


def test_deleting_a_folder_leaves_the_others(studio: Studio) -> None:
    studio.files.write("1/picture-a", b"a", b"k" * 32)
    studio.files.write("2/picture-a", b"a", b"k" * 32)

    studio.files.delete_folder("1")

    assert studio.files.names() == ["2/picture-a"]
