"""A population is reviewed with fewer columns than one person, and with the same results."""

import pyarrow as pa

from stepwell.knowledge.load import Knowledge
from tests.cohort.conftest import AS_OF
from tests.cohort.harness import Tables, narrow


def test_what_is_counted_and_written_does_not_depend_on_the_columns_that_are_left_out(
    records: dict[str, pa.Table], crowd: Tables, knowledge: Knowledge
) -> None:
    for name, table in narrow(records, knowledge, AS_OF).items():
        assert table.num_rows
        assert _sorted(table).equals(_sorted(crowd[name].select(table.column_names))), name


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names])
