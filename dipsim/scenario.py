"""A scenario: a policy document and the registered rules, as typed and frozen values.

A baseline states every parameter; `override` gives a new scenario and leaves the old one as it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, model_validator

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, ColumnSpec, Kind
from dipsim.cases.normalise import normalise_code
from dipsim.errors import PolicyError, Problem
from dipsim.grouping.result import Status
from dipsim.paths import PolicyRoots, did_you_mean
from dipsim.policy.any_scheme import AnyScheme, is_drg
from dipsim.policy.document import Document, load_document
from dipsim.policy.files import thawed
from dipsim.policy.fingerprint import combine, fingerprint_values
from dipsim.policy.params import Params, Source, Strict
from dipsim.policy.scheme import read_scheme
from dipsim.policy.weights import LEVELS, Weights, read_weights
from dipsim.registry import CLAIM_RULES, PRICE_RULES, RULES, TABLES, WEIGHTING_TABLES, table_of
from dipsim.rule import Need, Rule, Stage
from dipsim.settlement.assessment import AssessmentParams
from dipsim.weighting.hospital_factor import HospitalFactorParams
from dipsim.weighting.outlier import OutlierParams

M = TypeVar("M", bound=Strict)

OUTSIDE_YEAR_RULE = "outside_pool"
"""Where a case goes whose date lies in another year."""

FAMILIES = ("payment", "weighting", "supervision", "settlement", "fund")
"""Tables of tables: each table in them holds the parameters of one mechanism."""
GROUP_STATUS = "group_status"
"""What a route may ask besides the columns of a case: the status that grouping gave it."""
HOSPITAL_LEVEL, HOSPITAL_TYPE = "hospital_level", "hospital_type"
"""And what the table hospitals says of its hospital."""


class ReportParams(Params):
    """What `[report]` may say."""

    smallest_cell: int = Field(ge=1, description="Groups of fewer cases are not shown one by one in a report")


class Span(Strict):
    """Whole numbers between two limits, both included; a limit that is left out is open."""

    lowest: int | None = Field(default=None, alias="from")
    highest: int | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _is_not_empty(self) -> Span:
        if self.lowest is None and self.highest is None:
            raise ValueError("state from, to or both")
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError("from is above to: no number lies between them")
        return self


def _listed(wanted: object) -> object:
    """One value as a list of one."""
    return (wanted,) if isinstance(wanted, str) else wanted


def _form(wanted: object) -> str | None:
    """Which form a condition has: a list of texts or a span."""
    if isinstance(wanted, tuple) and all(isinstance(value, str) for value in wanted):
        return "list"
    return "span" if isinstance(wanted, Mapping | Span) else None


Wanted = Annotated[
    Annotated[tuple[str, ...], Tag("list")] | Annotated[Span, Tag("span")],
    Discriminator(
        _form,
        custom_error_type="condition",
        custom_error_message="Input should be a text, a list of texts or { from = .., to = .. } of whole numbers",
    ),
    BeforeValidator(_listed),
]
"""What a condition asks for."""


class Route(Strict):
    """Which cases go to which payment rule; the first that fits wins, the last fits every case."""

    when: dict[str, Wanted] = Field(
        default={}, description="Column = value or list of values, leading characters of codes, or { from, to }"
    )
    pay: str


@dataclass(frozen=True, slots=True)
class Askable:
    """How a route compares one thing: with values, leading characters of codes or a span; `known`: all its values."""

    by: Literal["value", "leading characters", "span"]
    known: tuple[str, ...] = ()


def _askable(spec: ColumnSpec) -> Askable | None:
    """How a route compares a column; None for one that no route asks for."""
    if spec.identifier:
        return None
    if spec.kind in (Kind.CODE, Kind.CODE_LIST):
        return Askable("leading characters")
    if spec.kind is Kind.INTEGER:
        return Askable("span")
    return Askable("value", spec.values) if spec.kind in TEXT_KINDS else None


ASKABLE: Mapping[str, Askable] = {
    **{name: askable for name, spec in COLUMNS.items() if (askable := _askable(spec)) is not None},
    GROUP_STATUS: Askable("value", tuple(status.key for status in Status)),
    HOSPITAL_LEVEL: Askable("value", LEVELS),
    HOSPITAL_TYPE: Askable("value"),
}
"""Everything that a route may ask for."""


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
    scheme: AnyScheme
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
    params: dict[str, Params] = {}
    stated = _tables(document)
    for name, model in TABLES.items():
        if name not in stated:
            continue
        if (checked := _checked(document, model, name, document.table(name), problems)) is not None:
            params[name] = checked
    for name in sorted(_needed(head, params) - stated):
        why = "a baseline states every parameter of the rules that its routes name"
        problems.append(Problem(document.file, f"no table [{name}]", why, "add it"))
    problems += _price_problems(document, stated)
    for name in sorted(stated - TABLES.keys()):
        next_step = did_you_mean(name, TABLES) or f"known: {', '.join(TABLES)}"
        problems.append(Problem(f"{document.place(name)}: [{name}]", "no such table", next_step=next_step))
    problems += _year_problems(document, params)
    if head is not None:
        problems += _high_case_problems(document, head, params)
        problems += _route_problems(document, head.route)
    if problems or head is None:
        raise PolicyError(problems)
    scheme, weights = _folders(document, head, roots)
    return Scenario(document, roots, head, params, scheme, weights)


def _needed(head: Head | None, params: Mapping[str, Params]) -> set[str]:
    """The tables that a scenario must state: those that its routes lead to, and the weighting if one takes from it."""
    if head is None:
        return set()
    claiming = [CLAIM_RULES[route.pay] for route in head.route if route.pay in CLAIM_RULES]
    if head.year_basis != "none":
        claiming.append(CLAIM_RULES[OUTSIDE_YEAR_RULE])
    weighting = set(WEIGHTING_TABLES) if any(_takes_weighting(rule, params) for rule in claiming) else set()
    return {table_of(rule) for rule in claiming} | weighting


def _price_problems(document: Document, tables: Collection[str]) -> Iterator[Problem]:
    """A scenario prices its pools by one rule."""
    known = [table_of(rule) for rule in PRICE_RULES.values()]
    stated = [name for name in known if name in tables]
    if not stated:
        what, why = f"no table [{known[0]}]", "points need a price"
        yield Problem(document.file, what, why, f"add it, or [{'] or ['.join(known[1:])}] in its place")
    for name in stated[1:]:
        why = f"[{stated[0]}] prices the pools already"
        yield Problem(f"{document.place(name)}: [{name}]", "a second price", why, "keep one of the two")


def _takes_weighting(rule: Rule, params: Mapping[str, Params]) -> bool:
    """Whether a rule takes from weighting, as far as its table says."""
    table = table_of(rule)
    return bool(rule.needs(params[table])) if table in params else rule.is_weighted


def _year_problems(document: Document, params: Mapping[str, Params]) -> Iterator[Problem]:
    """A step of the year that would have nothing to work on."""
    assessment = params.get("settlement.assessment")
    has_deposit = "settlement.prepayment" in params
    if isinstance(assessment, AssessmentParams) and assessment.base == "deposit" and not has_deposit:
        where = f"{document.place('settlement.assessment.base')}: settlement.assessment.base"
        step = "state [settlement.prepayment], or base = 'gross'"
        yield Problem(where, "'deposit' without a deposit", "no [settlement.prepayment] withholds one", step)


def _high_case_problems(document: Document, head: Head, params: Mapping[str, Params]) -> Iterator[Problem]:
    """A review of high cases where no case can be high."""
    outlier = params.get("weighting.outlier")
    paying = [CLAIM_RULES[route.pay] for route in head.route if route.pay in CLAIM_RULES]
    has_bands = any(rule.is_weighted and _takes_weighting(rule, params) for rule in paying)
    for rule in (rule for rule in RULES if rule.stage is Stage.REVIEW and table_of(rule) in params):
        stated = params[table_of(rule)]
        if Need.HIGH_CASES not in rule.needs(stated) or not rule.reads(stated):
            continue
        where = f"{document.place(table_of(rule))}: [{table_of(rule)}]"
        if not has_bands:
            what, step = "no route leads to a rule with deviation bands", "leave it out, or route cases to dip or drg"
            yield Problem(where, what, "no case can be high", step)
        elif isinstance(outlier, OutlierParams) and outlier.form == "none":
            what, step = "weighting.outlier.form = 'none'", "leave it out, or state deviation bands"
            yield Problem(where, what, "no case can be high", step)


def _tables(document: Document) -> set[str]:
    """The tables of parameters that the document states, by dotted name."""
    values = document.values
    families = ((family, values.get(family)) for family in FAMILIES)
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
        for column, wanted in route.when.items():
            yield from _condition_problems(where, column, wanted)
        if not route.when and number < len(routes):
            yield Problem(where, "takes every case", "the routes after it are never reached", "put it last")
    if routes[-1].when:
        why = "a case that fits no route would be lost"
        yield Problem(document.place("route"), "the last route is not a catch-all", why, "add a route without `when`")


def _condition_problems(where: str, column: str, wanted: tuple[str, ...] | Span) -> Iterator[Problem]:
    where = f"{where}: when.{column}"
    askable = ASKABLE.get(column)
    if askable is None:
        next_step = did_you_mean(column, ASKABLE) or f"known: {', '.join(ASKABLE)}"
        yield Problem(where, "no route can ask for it", next_step=next_step)
    elif isinstance(wanted, Span):
        if askable.by != "span":
            yield Problem(where, "is a text", next_step="write a value or a list of values")
    elif askable.by == "span":
        yield Problem(where, "is a number", next_step="write { from = 0, to = 17 }; both limits are included")
    else:
        if not wanted or not all(wanted):
            yield Problem(where, "a blank fits no condition", next_step="name at least one value")
        for value in filter(None, wanted):
            yield from _value_problems(where, value, askable)


def _value_problems(where: str, value: str, askable: Askable) -> Iterator[Problem]:
    if askable.known and value not in askable.known:
        next_step = did_you_mean(value, askable.known) or f"known: {', '.join(askable.known)}"
        yield Problem(where, f"is never '{value}'", next_step=next_step)
    if askable.by == "leading characters" and value != normalise_code(value):
        why = "codes are spelt alike when cases are read"
        yield Problem(where, f"no code begins with '{value}'", why, f"write '{normalise_code(value)}'")


def _folders(document: Document, head: Head, roots: PolicyRoots) -> tuple[AnyScheme, Weights]:
    scheme = _scheme(roots.scheme(head.grouper), roots)
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


def _scheme(folder: Path, roots: PolicyRoots) -> AnyScheme:
    """A scheme of any kind, a DRG scheme with its rules read too."""
    if not is_drg(folder):
        return read_scheme(folder)
    from dipsim.grouping.drg_check import read_sound_scheme  # a run by DIP need not wait for it

    return read_sound_scheme(folder, roots)
