"""Tables on the server, which a page offers if the server was started with a folder of them."""

import pytest
from playwright.sync_api import expect
from sklearn.datasets import load_iris

from .driver import button, choose, load_sample, progress, set_number

HOSTILE = "<img src=x onerror=window.hit=1>.csv"


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    iris = load_iris(as_frame=True).frame
    (folder / "2024" / "flowers").mkdir(parents=True)
    iris[:60].to_parquet(folder / "2024" / "flowers" / "part.0.parquet")
    iris[60:].to_parquet(folder / "2024" / "flowers" / "part.1.parquet")
    (folder / "ragged.csv").write_bytes(b"a,b\n1,2\n3\n")
    (folder / HOSTILE).write_bytes(b"a,b\n1,2\n3,5\n")
    return serve("app.py", "--warm", "--args", "--data", str(folder))


def test_a_map_of_a_parquet_folder(page, url, vega, shot):
    page.goto(url)
    choose(page, "On the server", "2024/flowers")
    expect(page.get_by_text("flowers · 150 rows × 4 features · colour target")).to_be_visible()
    set_number(page, "niter", 3)
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("3/3")
    assert len(vega("Map").data("points")) == 150
    shot("server-files")

    choose(page, "On the server", "ragged.csv")
    expect(page.get_by_text("Line 3 of 'ragged.csv' has 1 field,")).to_be_visible()
    expect(page.get_by_role("combobox", name="On the server")).to_have_text("2024/flowers")
    choose(page, "On the server", HOSTILE)
    expect(page.get_by_text("onerror=window.hit=1>.csv · 2 rows")).to_be_visible()
    assert not page.evaluate("window.hit")
    load_sample(page, "wine")
    expect(page.get_by_role("combobox", name="On the server")).to_have_text("none: the table lies elsewhere")


def test_nothing_is_offered_without_a_folder(page, app_url):
    page.goto(app_url)
    expect(page.get_by_role("combobox", name="Sample")).to_be_visible()
    expect(page.get_by_role("combobox", name="On the server")).not_to_be_visible()
