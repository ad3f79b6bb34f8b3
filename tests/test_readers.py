"""Real files of every kind, whole and broken."""

import contextlib
import gzip
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.tables.readers import SUFFIXES, read
from igtm.tables.tables import TableError, describe

FRAME = pd.DataFrame(
    {"x": [1.5, 2.5, np.nan, 4.0], "n": [1, 5, 3, 2], "kind": ["a", "b", "a", "b"], "word": ["p", "q", "r", "s"]}
)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))


def text(content, encoding="utf-8", name="data.csv", **options):
    return read(content.encode(encoding), name, **options)


@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        (".csv", lambda path: FRAME.to_csv(path, index=False)),
        (".tsv", lambda path: FRAME.to_csv(path, index=False, sep="\t")),
        (".txt", lambda path: FRAME.to_csv(path, index=False, sep="|")),
        (".parquet", lambda path: FRAME.to_parquet(path)),
        (".xlsx", lambda path: FRAME.to_excel(path, index=False)),
    ],
)
def test_every_format_gives_the_same_table(tmp_path, suffix, write):
    path = tmp_path / f"four{suffix}"
    write(path)
    table = read(path)
    assert table.name == f"four{suffix}"
    pd.testing.assert_frame_equal(table.frame, FRAME)
    assert table.roles == {"x": "feature", "n": "feature", "kind": "label", "word": "identifier"}
    pd.testing.assert_frame_equal(read(path.read_bytes(), path.name).frame, FRAME)


def test_arrays(tmp_path):
    path = tmp_path / "points.npy"
    points = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    np.save(path, points)
    table = read(str(path))
    assert table.features == ["column_1", "column_2", "column_3"]
    assert np.array_equal(table.frame.to_numpy(), points)


def test_semicolons_latin1_holes_and_a_constant(tmp_path):
    path = tmp_path / "vins.csv"
    rows = [f"rosé d'été n° {i};{'' if i % 5 == 0 else f'{i / 7:.3f}'};{i % 3};1" for i in range(60)]
    path.write_text("\n".join(["crû;âge;degré;constante", *rows]), encoding="latin-1")
    table = read(path)
    assert list(table.frame.columns) == ["crû", "âge", "degré", "constante"]
    assert table.frame["crû"][3] == "rosé d'été n° 3"
    assert table.frame["âge"].isna().sum() == 12
    assert table.roles == {"crû": "identifier", "âge": "feature", "degré": "feature", "constante": "ignored"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_encodings(encoding):
    table = text("größe;Straße\n1;Köln\n2;Münster\n3;Köln\n4;Münster\n", encoding)
    assert list(table.frame.columns) == ["größe", "Straße"]
    assert table.frame["Straße"][1] == "Münster"


def test_other_scripts():
    assert text("имя;вес\nИван;2\nПётр;5\nАнна;3\n", "cp1251").frame["имя"].to_list() == ["Иван", "Пётр", "Анна"]


def test_a_foreign_byte_far_into_the_file():
    table = text("x,name\n" + "1.5,plain\n" * 20_000 + "2.5,été\n", "cp1252")
    assert table.frame["name"].iloc[-1] == "été"


def test_decimal_commas():
    table = text("x;y\n" + "3,14;-1,5e3\n" + ";2,5\n" + "7;1,0\n")
    assert table.frame["x"].to_list()[::2] == [3.14, 7.0]
    assert table.frame["y"].to_list() == [-1500.0, 2.5, 1.0]


def test_quotes_newlines_and_delimiters_in_text():
    table = text('x,name\n1,"Doe, ""J"""\n2,"two\nlines"\n3,plain\n4,"a;b"\n')
    assert table.frame["name"].to_list() == ['Doe, "J"', "two\nlines", "plain", "a;b"]
    assert text("x,name\n1,'a, b'\n2,'c, d'\n3,'e, f'\n").frame["name"].to_list() == ["a, b", "c, d", "e, f"]


def test_aligned_columns_of_numbers():
    points = np.random.default_rng(0).normal(size=(30, 4)).round(3)
    content = "\n".join("".join(f"{value:10.3f}" for value in row) for row in points)
    assert np.array_equal(text(content, name="points.txt").frame.to_numpy(), points)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends(newline):
    assert text(newline.join(["a,b", "1,2", "3,4.5", ""])).frame.to_numpy().tolist() == [[1, 2], [3, 4.5]]


def test_the_header_is_found():
    assert list(text("5.1,3,a\n4.9,2.5,b\n5,3,a\n").frame.columns) == ["column_1", "column_2", "column_3"]
    assert list(text("a,b\n5.1,3\n4,\n,2.5\n").frame.columns) == ["a", "b"], "whole, broken and missing numbers"
    assert list(text(",a\n1,0.5\n2,0.7\n").frame.columns) == ["column_1", "a"]
    assert len(text("1990,1991\n5,3\n4,2\n").frame) == 3
    assert list(text("1990,1991\n5,3\n4,2\n", header=True).frame.columns) == ["1990", "1991"]
    assert len(text("a,b\n5,3\n", header=False).frame) == 2


def test_excel_without_header_and_with_stray_names(tmp_path):
    path = tmp_path / "numbers.xlsx"
    pd.DataFrame([[1.5, 2], [3, 4]]).to_excel(path, header=False, index=False)
    assert read(path).frame.to_numpy().tolist() == [[1.5, 2], [3, 4]]
    pd.DataFrame([["x", None, "x"], [1, 2, 3.5], [3, 4, 5]]).to_excel(path, header=False, index=False)
    assert list(read(path).frame.columns) == ["x", "column_2", "x_2"]
    assert read(path).features == ["x", "column_2", "x_2"]


def test_wide_tables_are_understood_from_few_lines():
    points = np.random.default_rng(0).normal(size=(20, 4_000)).round(4)
    lines = [";".join(str(value).replace(".", ",") for value in row) for row in points]
    table = text("\n".join([";".join(f"g{i}" for i in range(4_000)), *lines]))
    assert np.array_equal(table.frame[table.features].to_numpy(), points)
    assert len(text("\n".join(lines)).frame) == 20


def test_repeated_column_names():
    assert list(text("x,x,y\n1,2,3\n4,5,7\n").frame.columns) == ["x", "x_2", "y"]


def test_mixed_types_become_text_and_are_described():
    table = text("x,mixed\n0.5,1\n0.7,two\n0.1,3\n0.3,1\n0.9,two\n0.2,3\n")
    assert table.features == ["x"]
    assert describe(table)["kind"].to_list() == ["number", "category"]


def test_one_column():
    assert text("x\n0.5\n0.25\n0.75\n").features == ["x"]
    with pytest.raises(TableError, match="single column, and it holds text"):
        text("name\nalpha\nbeta\ngamma\n")


def test_nested_parquet_columns_are_kept_as_text(tmp_path):
    path = tmp_path / "nested.parquet"
    nested = {"x": [0.5, 0.2, 0.9], "list": [[1], [2, 3], None], "struct": [{"a": 1}, {"a": 2}, {"a": 3}]}
    pq.write_table(pa.table(nested), path)
    table = read(path)
    assert table.features == ["x"]
    assert table.frame["struct"][0] == "{'a': 1}"
    pq.write_table(pa.table({"list": nested["list"]}), path)
    assert read(path).features == []


def test_parquet_keeps_an_index_decimals_and_dates(tmp_path):
    path = tmp_path / "typed.parquet"
    frame = pd.DataFrame({"x": pd.array([1, None, 3], "Int64"), "day": pd.date_range("2024", periods=3)})
    frame["price"] = pd.array([1, 2, 4], dtype=pd.ArrowDtype(pa.decimal128(5, 2)))
    frame.set_index(pd.Index(["a", "b", "c"], name="sample")).to_parquet(path)
    table = read(path)
    assert table.identifier == "sample"
    assert table.features == ["x", "price"]


def test_scripts_and_folders_in_names_are_only_text():
    table = read(b"<script>alert(1)</script>,x\n1,2\n3,4\n", "../../etc/<b>x.csv")
    assert table.name == "<b>x.csv"
    assert list(table.frame.columns) == ["<script>alert(1)</script>", "x"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (PNG, "photo.csv", "PNG image"),
        (PNG[8:], "photo.csv", "binary"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "data.csv", "gzip"),
        (b"", "data.csv", "empty"),
        (b"", "data.parquet", "empty"),
        (b"\n\n", "data.csv", "no text in it"),
        (b"a,b,c\n", "data.csv", "header and no rows"),
        (b"a,b,c", "data.csv", "header and no rows"),
        (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", "data.csv", r"Line 3 of 'data.csv' has 2 fields, and the first line has 3"),
        (b"a,b,c\n\n1,2,3\n4,5,6,7\n", "data.csv", "Line 4 .* has 4 fields"),
        (b'x,name\n1,a\n2,"b\n3,c\n4,d\n', "data.csv", "quote that is never closed"),
        (b"x\n" + b"1,2\n" * 3, "data.csv", "Line 2 .* has 2 fields, and the first line has 1"),
        (b"a,b\n1,2\n", "data.json", r"Use one of: .csv, .tsv"),
        (b"a,b\n1,2\n", "data", "Use one of"),
        (b"a,b\n1,2\n", None, "no name"),
        (b"PAR1 broken PAR1", "data.parquet", "cannot be read as .parquet"),
        (b"a,b\n1,2\n", "data.xlsx", "cannot be read as .xlsx"),
        (b"a,b\n1,2\n", "data.npy", "cannot be read as .npy"),
    ],
)
def test_bad_files_are_explained(content, name, words):
    with pytest.raises(TableError, match=words):
        read(content, name)


def test_ragged_rows_beyond_what_the_detectors_see():
    content = b"a,b,c\n" + b"1,2,3\n" * 200_000 + b"1,2\n"
    with pytest.raises(TableError, match=r"Line 200002 of .* has 2 fields"):
        read(content, "long.csv")


def test_sixty_thousand_columns_are_refused(tmp_path):
    names = [f"c{i}" for i in range(60_000)]
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({name: [0.5] for name in names}), path)
    content = "\n".join([",".join(names), *[",".join(["0.5"] * 60_000)] * 2])
    with pytest.raises(TableError, match=r"60,000 columns; at most 5,000"):
        text(content)
    with pytest.raises(TableError, match=r"60,000 columns"):
        read(path)


def test_files_over_the_limit(tmp_path):
    path = tmp_path / "big.csv"
    path.write_bytes(b"x,y\n" + b"1,2\n" * 1_000_000)
    for source, name in [(path, None), (path.read_bytes(), "big.csv")]:
        with pytest.raises(TableError, match=r"'big.csv' has 4.0 MB; at most 1.0 MB.*Keep fewer"):
            read(source, name, max_bytes=1_000_000)


def test_missing_files(tmp_path):
    with pytest.raises(TableError, match="cannot be opened: No such file"):
        read(tmp_path / "gone.csv")


def test_zip_bombs(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    with pytest.raises(TableError, match="unpacks to 30 MB; at most 20 MB"):
        read(path, max_bytes=1_000_000)


def test_a_stray_cell_far_from_the_table(tmp_path):
    path = tmp_path / "stray.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(path)
    with pytest.raises(TableError, match=r"1,048,576 rows and 16,384 columns.*stray cells"):
        read(path)


def test_parquet_that_unpacks_to_far_more(tmp_path):
    path = tmp_path / "constant.parquet"
    pq.write_table(pa.table({"x": np.zeros(3_000_000)}), path)
    with pytest.raises(TableError, match="unpacks"):
        read(path.read_bytes(), path.name, max_bytes=1_000_000)


def test_arrays_that_are_no_table():
    for array, words in [
        (np.zeros((2, 2, 2)), "no table of numbers"),
        (np.array(["a", "b"]), "no table of numbers"),
        (np.array([{}, []], dtype=object), "cannot be read as .npy"),
    ]:
        buffer = io.BytesIO()
        np.save(buffer, array)
        with pytest.raises(TableError, match=words):
            read(buffer.getvalue(), "array.npy")


@settings(max_examples=300, deadline=None)
@given(data=st.data(), suffix=st.sampled_from(SUFFIXES))
def test_no_bytes_raise_anything_else(data, suffix, valid_files):
    whole = bytearray(valid_files.get(suffix, b""))
    if whole and data.draw(st.booleans()):
        for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=20)):
            whole[at] = data.draw(st.integers(0, 255))
        content = bytes(whole)
    else:
        content = data.draw(st.binary(max_size=300))
    with contextlib.suppress(TableError):
        assert len(read(content, f"file{suffix}").frame)


@pytest.fixture(scope="module")
def valid_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valid")
    FRAME.to_csv(folder / "a.csv")
    FRAME.to_parquet(folder / "a.parquet")
    FRAME.to_excel(folder / "a.xlsx")
    np.save(folder / "a.npy", FRAME[["x", "n"]].to_numpy())
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}
