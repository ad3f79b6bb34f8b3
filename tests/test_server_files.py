"""What a server shares, and what it does not."""

import pandas as pd
import pytest

from igtm.dashboard import server_files
from igtm.tables import readers
from igtm.tables.tables import TableError

FRAME = pd.DataFrame({"x": [1.5, 2.25, 3.0], "y": [3.0, 1.0, 2.0]})


@pytest.fixture
def shared(tmp_path):
    """A folder with tables, and beside it a secret one with links that lead there."""
    folder, secret = tmp_path / "shared", tmp_path / "secret"
    for each in (folder / "year=1", folder / "parts", folder / "mixed", folder / ".hidden", secret):
        each.mkdir(parents=True)
    for path in (secret / "s.parquet", folder / "parts" / "a.parquet", folder / "mixed" / "a.parquet"):
        FRAME.to_parquet(path)
    for path in (folder / "b.csv", folder / "year=1" / "A.CSV", folder / ".hidden" / "h.csv", secret / "s.csv"):
        FRAME.to_csv(path, index=False)
    (folder / "notes.md").write_text("none")
    (folder / "link.csv").symlink_to(secret / "s.csv")
    (folder / "linked").symlink_to(secret)
    (folder / "mixed" / "z.parquet").symlink_to(secret / "s.parquet")
    (folder / "inside.csv").symlink_to(folder / "b.csv")
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    return folder


def test_tables_are_listed_by_relative_names(shared):
    expected = ["b.csv", "inside.csv", "mixed", "mixed/a.parquet", "parts", "parts/a.parquet", "year=1/A.CSV"]
    assert server_files.names(shared) == expected


def test_every_listed_table_is_read_but_one_with_foreign_parts(shared):
    for name in server_files.names(shared):
        if name != "mixed":
            table = server_files.read(shared, name)
            pd.testing.assert_frame_equal(table.frame, FRAME)
            assert table.path == name


@pytest.mark.parametrize(
    "name",
    [
        "../secret/s.csv",
        "../secret",
        "parts/../../secret/s.csv",
        "{secret}/s.csv",
        "/",
        "link.csv",
        "linked",
        "linked/s.csv",
        "mixed",
        "circle.csv",
        "..",
        "b.csv\0",
    ],
)
def test_what_leads_out_of_the_folder_is_refused(shared, name):
    name = name.format(secret=shared.parent / "secret")
    with pytest.raises(TableError, match="does not lie in the folder that this server shares") as refusal:
        server_files.read(shared, name)
    assert str(shared.parent) not in str(refusal.value)


def test_a_shared_folder_may_be_a_link_itself(shared, tmp_path):
    (tmp_path / "link").symlink_to(shared)
    assert server_files.names(tmp_path / "link") == server_files.names(shared)
    assert len(server_files.read(tmp_path / "link", "b.csv").frame) == 3


def test_errors_are_those_of_an_upload(shared):
    (shared / "bad.csv").write_bytes(b"a,b\n1,2\n3\n")
    with pytest.raises(TableError) as uploaded:
        readers.read((shared / "bad.csv").read_bytes(), "bad.csv")
    with pytest.raises(TableError) as served:
        server_files.read(shared, "bad.csv")
    assert str(served.value) == str(uploaded.value)
    with pytest.raises(TableError, match=r"at most 0\.0 MB"):
        server_files.read(shared, "b.csv", max_bytes=3)


def test_the_list_is_bounded_and_deep_files_give_way(shared, monkeypatch):
    monkeypatch.setattr(server_files, "MAX_NAMES", 4)
    assert server_files.names(shared) == ["b.csv", "inside.csv", "mixed", "parts"]


def test_arguments(shared):
    assert server_files.folder([]) is None
    assert server_files.folder(["--data", str(shared)]) == shared
    with pytest.raises(ValueError, match=r"--data names '.*gone', which is no folder"):
        server_files.folder(["--data", str(shared / "gone")])
