"""Expressions with no more columns than are read: what only one person's page shows need not be made for a million."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

import ibis.expr.operations as ops
from ibis.common.graph import Node
from ibis.expr.schema import Schema
from ibis.expr.types import Table

Shown = Mapping[str, Collection[str] | None]
"""For each table that is looked at from outside, the columns that are; null: all."""

Columns = dict[ops.Relation, set[str]]
"""Names of the columns that are read of each relation."""


def narrowed(exprs: Mapping[str, Table], shown: Shown) -> dict[str, Table]:
    """The expressions that are needed, each with the columns that a later one reads or that are shown.

    Args:
        exprs: By the name under which a later one reads them, each after those it reads.
        shown: Those that are looked at from outside, whoever reads them.
    """
    wanted = {name: set(exprs[name].columns if columns is None else columns) for name, columns in shown.items()}
    read: dict[str, Columns] = {}
    for name in reversed(list(exprs)):
        if name in wanted:
            read[name] = _read(exprs[name], wanted[name])
            for relation, columns in read[name].items():
                if isinstance(relation, ops.UnboundTable) and relation.name in exprs:
                    wanted.setdefault(relation.name, set()).update(columns)
    return {name: _rebuilt(exprs[name], read[name], wanted) for name in exprs if name in wanted}


# --- which columns are read ------------------------------------------------------------------------


def _read(expr: Table, wanted: Collection[str]) -> Columns:
    """The columns that are read of each relation in an expression, if of the expression itself these are."""
    root = expr.op()
    relations = root.find(ops.Relation, ordered=True)
    read: Columns = {relation: set() for relation in relations}
    read[root].update(wanted)
    for relation in reversed(relations):
        if not read[relation]:
            # Only its rows matter.
            read[relation].add(relation.schema.names[0])
        for parent, columns in _asked(relation, read[relation]):
            read[parent].update(columns)
    return read


def _asked(relation: ops.Relation, wanted: Collection[str]) -> Iterator[tuple[ops.Relation, Iterable[str]]]:
    """What a relation reads of others, to give the columns wanted."""
    match relation:
        case ops.Project() | ops.Aggregate():
            yield from _of_values(_kept(relation, wanted).values())
        case ops.JoinChain():
            yield from _of_values(_kept(relation, wanted).values())
            for link in relation.rest:
                yield from _of_values(link.predicates)
        case ops.Filter():
            yield relation.parent, wanted
            yield from _of_values(relation.predicates)
        case ops.DropColumns() | ops.Reference():
            yield relation.parent, wanted
        case ops.Union(distinct=False):
            yield relation.left, wanted
            yield relation.right, wanted
        case _:
            # A distinct row is one in all its columns; and what isn't known here reads all.
            yield from _of_values(relation.__children__)


def _kept(relation: ops.Relation, wanted: Collection[str]) -> dict[str, ops.Value]:
    """Of the columns that a relation makes, those that are wanted, and those that its rows are grouped by."""
    groups = relation.groups if isinstance(relation, ops.Aggregate) else {}
    return {name: value for name, value in relation.values.items() if name in wanted or name in groups}


def _of_values(values: Iterable[Node]) -> Iterator[tuple[ops.Relation, Iterable[str]]]:
    for value in values:
        for found in value.find_topmost((ops.Field, ops.CountStar, ops.Relation)):
            match found:
                case ops.Field():
                    yield found.rel, (found.name,)
                case ops.CountStar():
                    # It takes no column of the rows it counts.
                    yield from _of_values([found.where] if found.where is not None else [])
                case _:
                    yield found, found.schema.names


# --- the same with fewer ---------------------------------------------------------------------------


def _rebuilt(expr: Table, read: Columns, given: Mapping[str, Collection[str]]) -> Table:
    """An expression without the columns that nobody reads, over tables that have no others than those given."""
    made: dict[ops.Relation, ops.Relation] = {}
    for relation in expr.op().find(ops.Relation, ordered=True):
        made[relation] = _one(relation, read[relation], made, given)
    table = made[expr.op()].to_expr()
    return table.select(*(name for name in expr.columns if name in read[expr.op()]))


def _one(
    relation: ops.Relation, wanted: Collection[str], made: Mapping[ops.Relation, ops.Relation],
    given: Mapping[str, Collection[str]],
) -> ops.Relation:  # fmt: skip
    """A relation with the columns wanted, over those that were made anew before it."""
    anew = partial(_anew, made)
    match relation:
        case ops.UnboundTable():
            columns = given.get(relation.name, relation.schema.names)
            kept = {name: kind for name, kind in relation.schema.items() if name in columns}
            found = relation.copy(schema=Schema(kept))
        case ops.Project():
            found = ops.Project(made[relation.parent], _each(_kept(relation, wanted), anew))
        case ops.Aggregate():
            metrics = {name: value for name, value in relation.metrics.items() if name in wanted}
            found = ops.Aggregate(made[relation.parent], _each(relation.groups, anew), _each(metrics, anew))
        case ops.JoinChain():
            links = tuple(_link(link, made, anew) for link in relation.rest)
            found = ops.JoinChain(made[relation.first], links, _each(_kept(relation, wanted), anew))
        case ops.DropColumns():
            left = [name for name in made[relation.parent].schema.names if name not in relation.columns_to_drop]
            found = _only(made[relation.parent], left)
        case ops.Union(distinct=False):
            columns = [name for name in relation.schema.names if name in wanted]
            found = ops.Union(_only(made[relation.left], columns), _only(made[relation.right], columns))
        case _:
            found = anew(relation)
    return cast("ops.Relation", found)


def _link(link: ops.JoinLink, made: Mapping[ops.Relation, ops.Relation], anew: Callable[[Node], Any]) -> ops.JoinLink:
    return ops.JoinLink(link.how, made[link.table], tuple(anew(predicate) for predicate in link.predicates))


def _each(values: Mapping[str, ops.Value], anew: Callable[[Node], Any]) -> dict[str, Any]:
    return {name: anew(value) for name, value in values.items()}


def _only(relation: ops.Relation, columns: Collection[str]) -> ops.Relation:
    """A relation with these columns, in this order."""
    if list(relation.schema.names) == list(columns):
        return relation
    return ops.Project(relation, {name: ops.Field(relation, name) for name in columns})


def _anew(made: Mapping[ops.Relation, ops.Relation], node: Node) -> Any:  # noqa: ANN401 -- as the node is
    """A value, or a relation, over relations that were made anew."""

    def over(one: Node, changed: Mapping[str, Any] | None) -> Node:
        arguments = changed or dict(zip(one.__argnames__, one.__args__, strict=True))
        others = {name: made[value] for name, value in arguments.items() if isinstance(value, ops.Relation)}
        return one.__recreate__({**arguments, **others}) if changed or others else one

    return node.replace(over, filter=lambda one: one is node or isinstance(one, ops.Value))
