"""All that is drawn for one block of people: the truth, and the rows of the record, whatever the format."""

from dataclasses import dataclass

import pyarrow as pa

from stepwell.simulate import course, dirt, events, people, scores, supplies, truth
from stepwell.simulate.blocks import Columns, taken
from stepwell.simulate.products import Products
from stepwell.simulate.shape import Settings


@dataclass(frozen=True)
class Block:
    """One block of people.

    Args:
        tables: `person`, `supply`, `score`, `condition`, `lab`, `procedure`, `device`, `visit`; each in the order of
            people, with the columns that the module of its making says.
        truth_trial: From `truth.trial_table`.
        truth_person: From `truth.person_table`.
    """

    tables: dict[str, Columns]
    truth_trial: pa.Table
    truth_person: pa.Table


def draw(settings: Settings, products: Products, seed: int, block: int, most: int) -> Block:
    """The people of a block, up to the id `most`."""
    who = events.beside(settings, seed, block, people.draw(settings, seed, block))
    trials = course.draw(settings, seed, block, who)
    score = scores.draw(settings, seed, block, who, trials)
    supply = supplies.draw(settings, products, seed, block, who, trials)
    condition = events.conditions(settings, seed, block, who, trials)
    tables = {
        "person": who,
        "supply": dirt.supplies(settings, seed, block, who, supply),
        "score": dirt.scores(settings, seed, block, score),
        "condition": dirt.conditions(settings, seed, block, condition),
        "lab": events.results(settings, seed, block, who),
        "procedure": events.procedures(settings, seed, block, who, trials),
        "device": events.devices(settings, seed, block, who),
        "visit": events.visits(settings, seed, block, who, score),
    }
    of_trial, of_person = truth.trial_table(settings, products, trials), truth.person_table(settings, who, trials)
    return Block(
        {name: taken(table, table["person"] <= most) for name, table in tables.items()},
        of_trial.slice(0, int((trials["person"] <= most).sum())),
        of_person.slice(0, int((who["person"] <= most).sum())),
    )
