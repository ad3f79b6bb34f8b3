"""Help: at every control, in the glossary, and in the guide, which goes on when a step is done."""

import asyncio

import pytest

from igtm.dashboard.explorer import Explorer
from igtm.dashboard.glossary import TERMS
from igtm.maps.selections import select
from igtm.tables import samples

pytestmark = [
    pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),  # of pandas, which Bokeh still uses
]


@pytest.fixture
def explorer():
    return Explorer(samples.load("wine"), k=4, niter=3)


def test_the_guide_follows_what_the_reader_does(explorer):
    guide = explorer.help.guide

    def does(act):
        before = guide.place
        act()
        return guide.place - before

    explorer.data.use(samples.load("iris"))
    assert not guide.running
    assert guide.place == 0  # nobody asked for it
    guide.start()
    assert does(lambda: explorer.data.use(samples.load("wine"))) == 1
    assert does(lambda: (explorer.fit(), explorer.wait())) == 1
    assert does(lambda: setattr(explorer.map, "color", "ash")) == 0  # not yet
    assert does(lambda: setattr(explorer.sheet, "active", 1)) == 1
    assert does(lambda: setattr(explorer.map, "color", "hue")) == 1
    assert does(lambda: setattr(explorer.map, "picked_node", 3)) == 1
    assert does(lambda: explorer.selecting.take(select([1, 2], 178, "two rows"))) == 1
    assert does(lambda: setattr(explorer.take_away, "open", True)) == 1
    assert guide.steps[guide.place] is guide.steps[-1]
    guide.leave()
    assert not guide.running


def test_every_word_of_the_glossary_is_one_plain_sentence():
    assert list(TERMS) == sorted(TERMS, key=str.casefold)
    for term, words in TERMS.items():
        assert words.endswith("."), term
        assert len(words) < 160, term
        assert ". " not in words, term


def open_everything(explorer):
    """Bring all that the page gets only when it is needed."""
    explorer.fit()
    explorer.wait()
    explorer.sheet.active = 1
    for tab in (1, 2):
        explorer.inspector.active = tab
    explorer.map.backdrop.choice = "regions"
    explorer.map.colours.open()
    explorer.help.guide.start()
    explorer.as_table.show()
    explorer.take_away.open = True
    asyncio.run(explorer.data.dialog.show())


def test_every_control_has_a_sentence_of_help(explorer):
    open_everything(explorer)
    controls = explorer.page().select(lambda part: hasattr(part, "description") and hasattr(part, "label"))
    assert len(controls) > 60
    helpless = {type(part).__name__ for part in controls if not part.description}
    assert helpless <= {"FileInput", "LinearProgress"}  # a file's help stands under its button
    assert [each.label for each in controls if each.description and not each.description.endswith(".")] == []
