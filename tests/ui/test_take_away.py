"""Files that people take away, opened; and a saved map brought back."""

import json
import struct
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from igtm.maps import table_map
from igtm.tables import samples

from .conftest import begin_again
from .driver import choose, download

SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


@pytest.fixture(scope="module")
def url(serve):
    return serve("tests/ui/take_away_app.py")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def page(kept_page):
    return kept_page


@pytest.fixture
def dialog(page, begin, url):
    """The dialog over a fitted map of wine."""
    begin(url)
    press(page, "fit")
    expect(page.locator(".opened")).to_have_text("opened: False")
    press(page, "Take away")
    page.get_by_role("button", name="CSV").wait_for()
    return page


@pytest.fixture
def take(dialog):
    """A function from the label of a button to the name and content of the file that it gives."""

    def take_one(label):
        name, path = download(dialog, lambda: press(dialog, label))
        return name, Path(path).read_bytes()

    return take_one


def test_before_the_first_fit_nothing_can_be_taken(page, begin, url):
    begin(url)
    press(page, "Take away")
    expect(page.get_by_text("Fit a map first")).to_be_visible()
    for name in ("Download", "CSV", "Parquet", "Model", "Copy", "Script"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(page.get_by_text("Open a saved map")).to_be_visible()
    press(page, "close")
    expect(page.get_by_text("Fit a map first")).not_to_be_visible()


def test_png(take):
    name, content = take("Download")
    assert name == "wine-means.png"
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert width > 800
    assert height > 800


def test_svg_and_then_pdf(dialog, take):
    choose(dialog, "Format", "SVG")
    name, content = take("Download")
    assert name == "wine-means.svg"
    assert ET.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"grower 1" in content
    choose(dialog, "Chart", "node mass")
    choose(dialog, "Format", "PDF")
    name, content = take("Download")
    assert name == "wine-node-mass.pdf"
    assert content[:5] == b"%PDF-"


def test_json_of_another_chart(dialog, take):
    choose(dialog, "Chart", "node mass")
    choose(dialog, "Format", "JSON")
    name, content = take("Download")
    assert name == "wine-node-mass.json"
    spec = json.loads(content)
    assert sum(node["mass"] for node in json.loads(spec["datasets"]["nodes"])) == pytest.approx(178)


def test_html_is_drawn_without_a_network(dialog, take, new_page, shot):
    choose(dialog, "Format", "HTML")
    name, content = take("Download")
    assert name == "wine-means.html"
    page = new_page(offline=True)
    page.set_content(content.decode())
    expect(page.locator("#chart canvas")).to_be_visible()
    shot("take_away_html", page)


def test_coordinates(take):
    (csv_name, csv), (parquet_name, parquet) = take("CSV"), take("Parquet")
    assert (csv_name, parquet_name) == ("wine-coordinates.csv", "wine-coordinates.parquet")
    from_csv, from_parquet = pd.read_csv(BytesIO(csv)), pd.read_parquet(BytesIO(parquet))
    places = ["mean_x", "mean_y", "mode_x", "mode_y", "node", "log_likelihood", "entropy"]
    assert list(from_csv) == list(from_parquet) == ["row_id", *places]
    assert from_csv["row_id"].tolist() == list(range(178))
    pd.testing.assert_frame_equal(from_csv, from_parquet, rtol=1e-15)


def test_the_same_file_can_be_taken_twice(take):
    assert take("CSV") == take("CSV")


def test_names_of_files_are_safe_and_text_is_no_formula(dialog, take):
    press(dialog, "close")
    press(dialog, "odd")
    press(dialog, "Take away")
    expect(dialog.locator("pre")).to_contain_text("Größe & <b>.csv")
    name, content = take("CSV")
    assert name == "größe-b-coordinates.csv"
    assert pd.read_csv(BytesIO(content))["id"].iloc[1] == '\'=ü1, <b>"x"'


def test_the_model_can_be_opened_again(dialog, take):
    name, content = take("Model")
    assert name == "wine-map.npz"
    table = samples.load("wine")
    again = table_map.load(BytesIO(content), table)
    coordinates = pd.read_csv(BytesIO(take("CSV")[1]))
    np.testing.assert_allclose(table_map.coordinates(again), coordinates, atol=1e-12)
    for _ in range(2):  # the same file twice
        dialog.locator("input[type=file]").set_input_files({"name": name, "mimeType": "x/y", "buffer": content})
        expect(dialog.locator(".opened")).to_have_text("opened: True")
        expect(dialog.locator("pre")).not_to_be_visible()
        press(dialog, "fit")
        expect(dialog.locator(".opened")).to_have_text("opened: False")
        press(dialog, "Take away")


def test_a_foreign_file_is_refused_in_words(dialog):
    dialog.locator("input[type=file]").set_input_files({"name": "x.npz", "mimeType": "x/y", "buffer": b"nonsense"})
    expect(dialog.get_by_text("not a readable igtm model")).to_be_visible()
    expect(dialog.locator("pre")).to_be_visible()
    expect(dialog.locator(".opened")).to_have_text("opened: False")


def test_the_script_can_be_copied_and_taken(dialog, take):
    name, content = take("Script")
    assert name == "wine-map.py"
    assert dialog.locator("pre").inner_text().strip() == content.decode().strip()
    dialog.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(dialog, "Copy")
    dialog.wait_for_timeout(1000)
    assert dialog.evaluate("navigator.clipboard.readText()") == content.decode()
    compile(content, name, "exec")


@pytest.mark.parametrize("size", SIZES)
def test_fits_any_screen(new_page, url, shot, size):
    width, height = SIZES[size]
    page = new_page(viewport={"width": width, "height": height})
    page.goto(url)
    for scheme in ("light", "dark"):
        if scheme == "dark":
            begin_again(page)
            page.get_by_label("Toggle theme").click()
        press(page, "fit")
        expect(page.locator(".opened")).to_have_text("opened: False")
        press(page, "Take away")
        page.get_by_role("button", name="Script").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(f"take_away_{size}_{scheme}", page)
