"""Tables as people bring them, in a real browser: samples, files good and bad, roles, preprocessing."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from igtm.tables.samples import SAMPLES

from .driver import choose

HOSTILE = "<img src=x onerror=window.hit=1>"
MIME = {"csv": "text/csv", "tsv": "text/tab-separated-values"}
FRAME = pd.DataFrame({"height": [1.5, 2.25, 3.0, 4.0], "width": [10, 20, 30, 45], "kind": ["a", "b", "a", "b"]})
TOWNS = ["Köln", "Fürth", "Münster", "Gießen"]
LATIN1 = "Größe;Gewicht;Ort;Notiz;Einheit\n" + "".join(
    f"{'' if i % 4 == 3 else f'{i},5'};{i * i};{TOWNS[i % 4]};Messung für Gerät {i}, geprüft;cm\n" for i in range(40)
)


@pytest.fixture(scope="module")
def url(serve):
    return serve("tests/ui/data_app.py")


@pytest.fixture
def page(kept_page):
    return kept_page


@pytest.fixture
def view(page, begin, url):
    begin(url)
    return View(page)


class View:
    """How a test uses a DataView, and what Python knows of it."""

    def __init__(self, page):
        self.page = page
        self.dialog = page.get_by_role("dialog", name="Columns and preprocessing")
        self.expect(name="wine")

    @property
    def state(self):
        return json.loads(self.page.get_by_label("State").input_value())

    def expect(self, **values):
        """Wait until Python has these values."""
        text = json.dumps(values)[1:-1]
        expect(self.page.get_by_label("State")).to_have_value(re.compile(re.escape(text)))
        return self.state

    def choose(self, sample):
        choose(self.page, "Sample", sample)

    def upload(self, name, content):
        mime = MIME.get(name.rpartition(".")[2], "")
        file = {"name": name, "mimeType": mime, "buffer": content}
        self.page.locator("input.filepond--browser").set_input_files(file)

    def expect_words(self, words):
        alert = self.page.locator(".MuiAlert-root").filter(visible=True).first
        expect(alert).to_contain_text(words)

    def open(self, tab="Columns"):
        if not self.dialog.is_visible():
            self.page.get_by_role("button", name="Columns and preprocessing").click()
        self.dialog.get_by_role("tab", name=tab).click()

    def close(self):
        self.dialog.get_by_role("button", name="close").click()
        expect(self.dialog).not_to_be_visible()

    def cell(self, column, field):
        """Return the cell of the columns grid in the row of a column."""
        row = self.dialog.locator(".tabulator-row").filter(has=self.page.get_by_text(column, exact=True))
        return row.locator(f"[tabulator-field={field}]")

    def find(self, text, found):
        """Filter the columns, and return the button for the role of those that are left."""
        self.dialog.get_by_label("Find columns").fill(text)
        return self.dialog.get_by_role("button", name=f"Set role of {found}", exact=True)

    def set_role(self, column, role):
        self.cell(column, "c1").hover()  # scrolls there
        self.page.wait_for_timeout(500)  # scrolling closes the list, and so does the answer to an earlier edit
        self.cell(column, "c1").click()
        self.page.locator(".tabulator-edit-list-item").get_by_text(role, exact=True).click()


def test_starts_with_wine(view, page):
    assert view.state["rows"] == 178
    expect(page.get_by_text("wine · 178 rows × 13 features · colour grower")).to_be_visible()


def test_samples(view, page):
    for name in SAMPLES:
        view.choose(name)
        view.expect(name=name)
        expect(page.get_by_text(SAMPLES[name])).to_be_visible()


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "xlsx", "npy"])
def test_uploads(view, suffix):
    buffer = io.BytesIO()
    if suffix == "npy":
        np.save(buffer, FRAME[["height", "width"]].to_numpy())
    elif suffix == "parquet":
        FRAME.to_parquet(buffer)
    elif suffix == "xlsx":
        FRAME.to_excel(buffer, index=False)
    else:
        FRAME.to_csv(buffer, index=False, sep="\t" if suffix == "tsv" else ",")
    view.upload(f"measures.{suffix}", buffer.getvalue())
    state = view.expect(name=f"measures.{suffix}")
    assert state["rows"] == 4
    assert [float(cell) for cell in state["first"][:2]] == [1.5, 10]


def test_twice_the_same_file(view):
    view.upload("twice.csv", b"a,b\n1,2\n3,5\n")
    assert view.expect(name="twice.csv")["rows"] == 2
    view.upload("twice.csv", b"a,b\n1,2\n3,5\n4,4\n")
    assert view.expect(name="twice.csv", rows=3)


def test_latin1(view, shot):
    view.upload("messwerte.csv", LATIN1.encode("latin-1"))
    state = view.expect(name="messwerte.csv")
    assert state["columns"] == ["Größe", "Gewicht", "Ort", "Notiz", "Einheit"]
    assert state["first"] == ["0.5", "0", "Köln", "Messung für Gerät 0, geprüft", "cm"]
    assert [state["roles"][name] for name in ("Größe", "Ort", "Einheit")] == ["feature", "label", "ignored"]
    view.open()
    expect(view.cell("Größe", "c3")).to_have_text("25 %")
    expect(view.cell("Größe", "c4")).to_have_text("0.5 – 38.5")
    expect(view.cell("Ort", "c4")).to_contain_text("Köln")
    view.set_role("Gewicht", "ignored")
    view.expect(roles=state["roles"] | {"Gewicht": "ignored"})
    shot("data-latin1")


def png():
    return b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("picture.csv", png(), "PNG"),
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b,c\n", "no rows"),
        ("one.csv", b"word\nred\nblue\n", "single column"),
        ("ragged.csv", b"a,b\n1,2\n3\n4,5,6\n", "Line 3"),
        ("wide.csv", (",".join(f"c{i}" for i in range(60_000)) + "\n" + ",".join(["1"] * 60_000)).encode(), "60,000"),
        ("broken.parquet", b"PAR1 and no more", "cannot be read"),
        ("program.exe", b"MZ", "no supported kind"),
        (f"{HOSTILE}.exe", b"MZ", HOSTILE),
        ("../../etc/passwd", b"root", "no supported kind"),
    ],
)
def test_bad_files(view, name, content, words):
    view.upload(name, content)
    view.expect_words(words)
    assert view.state["name"] == "wine"
    view.choose("iris")
    view.expect(name="iris")
    expect(view.page.locator(".MuiAlert-root").filter(visible=True)).to_have_count(0)


def test_a_table_without_features(view):
    buffer = io.BytesIO()
    pd.DataFrame({"a": [[1, 2], [3]], "b": [{"x": 1}, {"x": 2}]}).to_parquet(buffer)
    view.upload("nested.parquet", buffer.getvalue())
    view.expect_words("No column of 'nested.parquet' can make a map")
    assert view.state["name"] == "wine"
    view.upload("kinds.csv", b"shape,colour\n" + b"round,red\nsquare,blue\n" * 10)
    view.expect(name="kinds.csv", rows=20)
    view.expect_words("one-hot encode a category")


def test_values_too_large_are_named_and_their_columns_can_be_left_out(view, page):
    view.upload("huge.csv", b"a,b,c\n1,2,1e200\n3,1e300,4\n5,4,7\n")
    view.expect(name="huge.csv", rows=3)
    view.expect_words("Features ['b', 'c'] have values beyond 1e+100")
    view.open()
    view.set_role("b", "ignored")
    view.expect_words("Features ['c'] have values beyond 1e+100")
    view.set_role("c", "ignored")
    view.expect(roles={"a": "feature", "b": "ignored", "c": "ignored"})
    expect(page.locator(".MuiAlert-root").filter(visible=True)).to_have_count(0)


def test_a_large_file(view, page, tmp_path):
    values = np.random.default_rng(0).normal(size=(150_000, 10))
    path = tmp_path / "large.csv"
    pd.DataFrame(values).add_prefix("x").to_csv(path, index=False)
    assert 25_000_000 < path.stat().st_size < 30_000_000
    page.locator("input.filepond--browser").set_input_files(path)
    view.expect(name="large.csv", rows=150_000)


def test_too_large_a_file(view, page, tmp_path):
    path = tmp_path / "huge.npy"
    path.write_bytes(bytes(30_500_000))
    page.locator("input.filepond--browser").set_input_files(path)
    expect(page.locator(".filepond--file-status").get_by_text("File is too large")).to_be_visible()
    page.reload()
    view.expect(name="wine")
    page.locator(".filepond--root").evaluate("root => FilePond.find(root).setOptions({maxFileSize: null})")
    page.locator("input.filepond--browser").set_input_files(path)
    view.expect_words("at most 30.0 MB")
    assert view.state["name"] == "wine"


def test_text_is_never_html(view, page):
    names = ["a.b", HOSTILE, "<script>window.hit=1</script>", '"quoted"']
    frame = pd.DataFrame({name: [HOSTILE, "</td><b>bold</b>"] * 20 for name in names})
    frame["number"] = range(0, 80, 2)
    view.upload(f"{HOSTILE}.csv", frame.to_csv(index=False).encode())
    view.expect(columns=[*names, "number"])
    expect(page.get_by_text(f"{HOSTILE}.csv · 40 rows")).to_be_visible()
    view.open()
    for name in names:
        expect(view.cell(name, "c0")).to_be_visible()
    view.open("Rows")
    titles = view.dialog.locator(".tabulator-col-title").filter(visible=True)
    expect(titles).to_have_text([*names, "number"])
    expect(view.dialog.get_by_text(HOSTILE, exact=True).filter(visible=True).first).to_be_visible()
    view.open("Preprocessing")
    view.dialog.get_by_role("combobox", name="One-hot encode").click()
    page.locator("li").get_by_text(HOSTILE, exact=True).click()
    expect(view.dialog.get_by_text(f"one-hot of {HOSTILE}")).to_be_visible()
    assert page.evaluate("window.hit") is None


def test_roles(view, page):
    view.open()
    roles = view.state["roles"]
    view.set_role("proline", "label")
    view.expect(roles=roles | {"proline": "label"})
    view.set_role("grower", "feature")
    view.expect_words("features are numbers")
    expect(view.cell("grower", "c1")).to_contain_text("label")

    view.find("PHENOLS", 2).click()
    page.locator("li").get_by_text("ignored", exact=True).click()
    expected = roles | dict.fromkeys(["total phenols", "nonflavanoid phenols"], "ignored") | {"proline": "label"}
    view.expect(roles=expected)
    expect(view.dialog.get_by_text("10 numeric features →")).to_be_visible()

    view.find("", 14).click()
    page.locator("li").get_by_text("ignored", exact=True).click()
    view.expect_words("no feature")
    view.expect(roles=expected)


def test_preprocessing(view, page):
    view.open("Preprocessing")
    page.get_by_role("combobox", name="Missing numbers become").click()
    page.locator("li").get_by_text("the mean of their column").click()
    view.dialog.get_by_label("Scale columns alike").click()
    view.dialog.get_by_role("combobox", name="One-hot encode").click()
    grower = page.locator("li").get_by_text("grower", exact=True)
    grower.click()
    expect(view.dialog.get_by_text("one-hot of grower")).to_be_visible()
    grower.click()  # and it is taken back
    expect(view.dialog.get_by_text("one-hot of")).to_have_count(0)
    grower.click()
    page.get_by_placeholder("Search").press("Escape")
    expect(grower).to_have_count(0)
    components = view.dialog.get_by_role("slider")
    for _ in range(5):
        components.press("ArrowRight")
    view.expect(
        recipe={"impute": "mean", "scale": False, "one_hot": ["grower"], "n_components": 5, "fingerprints": []}
    )
    steps = "13 numeric features → mean for holes → one-hot of grower → 5 components"
    expect(view.dialog.get_by_text(steps)).to_be_visible()
    view.close()
    view.choose("iris")
    view.expect(name="iris")
    assert view.state["recipe"]["n_components"] == 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_looks(new_page, url, shot, width, height):
    page = new_page(viewport={"width": width, "height": height})
    page.goto(url)
    view = View(page)
    view.upload("empty.csv", b"")
    view.expect_words("empty")
    for theme in ("default", "dark"):
        if theme == "dark":
            page.get_by_label("Toggle theme").dispatch_event("click")  # on a phone, the sidebar covers it
        shot(f"data-{width}-{theme}", page)
        for tab in ("Columns", "Preprocessing", "Rows"):
            view.open(tab)
            box = view.dialog.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            page.wait_for_timeout(300)  # for the tab's line to slide
            shot(f"data-{width}-{theme}-{tab.lower()}", page)
        view.close()
