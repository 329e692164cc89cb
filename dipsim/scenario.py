"""A scenario: a policy document and the registered rules, as typed and frozen values.

A baseline states every parameter; `override` gives a new scenario and leaves the old one as it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from dipsim.cases.columns import COLUMNS, TEXT_KINDS
from dipsim.errors import PolicyError, Problem
from dipsim.grouping.dip import Status
from dipsim.paths import PolicyRoots, did_you_mean
from dipsim.policy.document import Document, load_document
from dipsim.policy.files import thawed
from dipsim.policy.fingerprint import combine, fingerprint_values
from dipsim.policy.params import Params, Source, Strict
from dipsim.policy.scheme import Scheme, read_scheme
from dipsim.policy.weights import Weights, read_weights
from dipsim.registry import CLAIM_RULES, TABLES
from dipsim.weighting.hospital_factor import HospitalFactorParams
from dipsim.weighting.outlier import OutlierParams

M = TypeVar("M", bound=Strict)

FAMILIES = ("payment", "weighting", "settlement")
"""Tables of tables: each table in them holds the parameters of one mechanism."""
GROUP_STATUS = "group_status"
"""What a route may ask besides the columns of a case: the status that grouping gave it."""


class ReportParams(Params):
    """What `[report]` may say."""

    smallest_cell: int = Field(ge=1, description="Groups of fewer cases are not shown one by one in a report")


class Route(Strict):
    """Which cases go to which payment rule; the first that fits wins, the last fits every case."""

    when: dict[str, str | tuple[str, ...]] = Field(default={}, description="Column = value or list of values")
    pay: str

    def wanted(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each column asked for, with the values that fit."""
        for column, value in self.when.items():
            yield column, (value,) if isinstance(value, str) else value


class Head(Strict):
    """What stands at the top of a scenario."""

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    grouper: str
    weights: str
    year: int
    year_basis: Literal["discharged_on", "settled_on", "none"] = Field(
        description="Which date counts a case to the year; 'none' takes every case"
    )
    valid_from: datetime.date
    route: tuple[Route, ...] = Field(min_length=1)
    report: ReportParams
    source: Source | None = Field(default=None, description="What the values without a source of their own come from")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a run needs to know of the policy; `params` holds the typed tables by their dotted name."""

    document: Document
    roots: PolicyRoots
    head: Head
    params: Mapping[str, Params]
    scheme: Scheme
    weights: Weights

    @property
    def name(self) -> str:
        """The name it is asked for by."""
        return self.document.name

    @property
    def outlier(self) -> OutlierParams:
        """The deviation bands."""
        params = self.params["weighting.outlier"]
        assert isinstance(params, OutlierParams)
        return params

    @property
    def hospital_factor(self) -> HospitalFactorParams:
        """The hospital factors."""
        params = self.params["weighting.hospital_factor"]
        assert isinstance(params, HospitalFactorParams)
        return params

    @property
    def fingerprint(self) -> str:
        """A hash of every value of the policy: the document in force, the scheme and the weights."""
        parts = {"scheme": self.scheme.fingerprint, "weights": self.weights.fingerprint}
        return combine({**parts, "document": fingerprint_values(self.document.values)})

    def override(self, values: Mapping[str, object], name: str) -> Scenario:
        """A new scenario with some parameters replaced, by dotted key; PolicyError when a key is unknown or unfit."""
        return typed(self.document.override(values, name), self.roots)


def load_scenario(name: str, roots: PolicyRoots) -> Scenario:
    """The scenario of a name or a path; PolicyError with every problem of the document."""
    return typed(load_document(name, roots), roots)


def typed(document: Document, roots: PolicyRoots) -> Scenario:
    """A document with its values checked against the registered rules, and its scheme and weights read."""
    problems: list[Problem] = []
    top = {key: value for key, value in document.values.items() if key not in FAMILIES}
    head = _checked(document, Head, "", thawed(top), problems)
    params = {}
    for name, model in TABLES.items():
        if name not in _tables(document):
            problems.append(Problem(document.file, f"no table [{name}]", "a baseline states every parameter", "add it"))
        elif (checked := _checked(document, model, name, document.table(name), problems)) is not None:
            params[name] = checked
    for name in _tables(document) - TABLES.keys():
        next_step = did_you_mean(name, TABLES) or f"known: {', '.join(TABLES)}"
        problems.append(Problem(f"{document.place(name)}: [{name}]", "no such table", next_step=next_step))
    if head is not None:
        problems += _route_problems(document, head.route)
    if problems or head is None:
        raise PolicyError(problems)
    scheme, weights = _folders(document, head, roots)
    return Scenario(document, roots, head, params, scheme, weights)


def _tables(document: Document) -> set[str]:
    """The tables of parameters that the document states, by dotted name."""
    families = ((family, document.values.get(family)) for family in FAMILIES)
    return {f"{family}.{key}" for family, tables in families if isinstance(tables, Mapping) for key in tables}


def _checked(document: Document, model: type[M], key: str, value: object, problems: list[Problem]) -> M | None:
    """The typed table, or None with its problems added to the list."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems += document.problems(error, key, tuple(model.model_fields))
        return None


def _route_problems(document: Document, routes: Sequence[Route]) -> Iterator[Problem]:
    for number, route in enumerate(routes, start=1):
        where = f"{document.place('route')}: route {number}"
        if route.pay not in CLAIM_RULES:
            next_step = did_you_mean(route.pay, CLAIM_RULES) or f"known: {', '.join(CLAIM_RULES)}"
            yield Problem(where, f"pay = '{route.pay}' is no payment rule", next_step=next_step)
        for column, values in route.wanted():
            yield from _condition_problems(where, column, values)
        if not route.when and number < len(routes):
            yield Problem(where, "takes every case", "the routes after it are never reached", "put it last")
    if routes[-1].when:
        why = "a case that fits no route would be lost"
        yield Problem(document.place("route"), "the last route is not a catch-all", why, "add a route without `when`")


def _condition_problems(where: str, column: str, values: Sequence[str]) -> Iterator[Problem]:
    askable = {name: spec.values for name, spec in COLUMNS.items() if spec.kind in TEXT_KINDS and not spec.identifier}
    askable[GROUP_STATUS] = tuple(status.key for status in Status)
    if column not in askable:
        next_step = did_you_mean(column, askable) or f"known: {', '.join(askable)}"
        yield Problem(where, f"when: '{column}' is no text column of a case", next_step=next_step)
        return
    for value in values:
        if askable[column] and value not in askable[column]:
            next_step = did_you_mean(value, askable[column]) or f"known: {', '.join(askable[column])}"
            yield Problem(where, f"when: {column} is never '{value}'", next_step=next_step)


def _folders(document: Document, head: Head, roots: PolicyRoots) -> tuple[Scheme, Weights]:
    scheme = read_scheme(roots.scheme(head.grouper))
    weights = read_weights(roots.weights(head.weights))
    if weights.scheme != head.grouper:
        raise PolicyError(
            Problem(
                f"{document.place('weights')}: weights",
                f"'{head.weights}' holds the weights of scheme '{weights.scheme}'",
                f"this scenario groups by '{head.grouper}'",
                "name the weights of that scheme, or the other grouper",
            )
        )
    return scheme, weights
