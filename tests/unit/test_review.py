"""What a review is assembled from, apart from the steps."""

from datetime import date
from pathlib import Path

import pytest

from stepwell.errors import ConfigError
from stepwell.one import review_one
from stepwell.report import json, text
from stepwell.review import REVIEW

EXAMPLE = Path(__file__).parents[2] / "examples" / "01-two-adequate-failures" / "csv"


def test_rows_dated_after_the_day_of_the_review_are_counted() -> None:
    whole = review_one(EXAMPLE, date(2025, 12, 31))
    earlier = review_one(EXAMPLE, date(2025, 6, 4))

    assert whole.later_rows == 0
    assert earlier.later_rows > 0
    assert f"{earlier.later_rows} left out as dated after 4 Jun 2025" in text.render(earlier)
    assert f'"later_rows": {earlier.later_rows}' in json.render(earlier)


def test_a_definition_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ConfigError) as caught:
        review_one(EXAMPLE, date(2025, 12, 31), definitions=["sforzini"])

    assert str(caught.value) == (
        "No definition is called sforzini. The definitions are: sforzini-2022, rybak-2021, "
        "regulatory-two-failures, kim-2020, fabbri-2021, cepeda-2018, ohdsi-1009, mgh-s-claims-2010, mgh-atrq."
    )


def test_definitions_come_in_the_order_they_were_asked_for() -> None:
    review = review_one(EXAMPLE, date(2025, 12, 31), definitions=["kim-2020", "sforzini-2022", "kim-2020"])

    assert review.definitions == ("kim-2020", "sforzini-2022")
    assert review.headline_definition == "kim-2020"


def test_every_step_reads_only_what_was_made_before_it() -> None:
    made: set[str] = set()
    for name, _, _ in REVIEW.compiled(str):
        assert set(REVIEW.reads[name]) <= made
        made.add(name)
    assert made == set(REVIEW.reads)
