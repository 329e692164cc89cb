"""Mapping files: how the columns of a published DIP catalogue are to be read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.paths import did_you_mean
from dipsim.policy.document import read_document
from dipsim.policy.files import thawed
from dipsim.policy.params import Source, Strict
from dipsim.policy.scheme import Semantics

BUNDLED = Path(__file__).resolve().parent.parent / "mappings"


class SchemeHead(Semantics):
    """[scheme]: what the imported scheme.toml will say; the choices that rows cannot say are stated here."""

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    version: str = Field(min_length=1)
    source: Source


class WeightsHead(Strict):
    """[weights]: what the imported weights.toml will say."""

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    scale: int = Field(gt=0, description="Points of a group whose mean cost is the mean of all cases")
    source: Source


class CodeJoins(Strict):
    """[catalogue.code_joins]: what stands in a group code behind the diagnosis, the main and each other procedure."""

    diagnosis: str
    main_procedure: str
    other_procedures: str


class CatalogueColumns(Strict):
    """[catalogue]: the columns of the list of groups, and how its cells are meant."""

    sheet: str = Field(description="Sheet of a workbook; does not matter for a CSV file")
    group_code: str
    kind: str
    diagnosis: str
    diagnosis_name: str
    main_procedure: str
    main_procedure_name: str
    other_procedures: str
    other_procedures_name: str
    group_points: str
    other_procedure_joins: tuple[str, ...] = Field(min_length=1, description="What may stand between other procedures")
    kinds: dict[str, Literal["core", "composite"]]
    undeclared_kinds: tuple[str, ...] = Field(description="Kinds that occur although the header does not name them")
    code_joins: CodeJoins
    composite_suffixes: dict[str, Literal["conservative", "diagnostic", "therapeutic", "surgery"]]

    def names(self) -> tuple[str, ...]:
        """The header texts that the table must have."""
        return (
            self.group_code,
            self.kind,
            self.diagnosis,
            self.diagnosis_name,
            self.main_procedure,
            self.main_procedure_name,
            self.other_procedures,
            self.other_procedures_name,
            self.group_points,
        )


class CostColumns(Strict):
    """[costs]: the columns of the table of mean costs."""

    sheet: str
    group_code: str
    group_points: str
    mean_cost_yuan: str
    overall_mean_cost_yuan: str
    cv: str
    cases: str
    mean_length_of_stay_days: str

    def names(self) -> tuple[str, ...]:
        """The header texts that the table must have."""
        return tuple(str(name) for field, name in self if field != "sheet")


class CatalogueMapping(Strict):
    """How a published catalogue is read: its columns, its costs, and what the scheme and the weights will say."""

    scheme: SchemeHead
    weights: WeightsHead
    catalogue: CatalogueColumns
    costs: CostColumns


def read_mapping(path: Path) -> CatalogueMapping:
    """The mapping of a TOML file; PolicyError with all its problems."""
    document = read_document(path, path.name, path.stem)
    try:
        return CatalogueMapping.model_validate(thawed(document.values))
    except ValidationError as error:
        known = {
            name for model in (CatalogueColumns, CostColumns, SchemeHead, WeightsHead) for name in model.model_fields
        }
        raise PolicyError(document.problems(error, "", known)) from error


def bundled_mapping(name_or_file: str) -> Path:
    """The mapping file given, or the bundled one of that name; raises PolicyError."""
    if name_or_file.endswith(".toml"):
        return Path(name_or_file)
    bundled = {path.stem: path for path in BUNDLED.glob("*.toml")}
    if name_or_file not in bundled:
        hint = did_you_mean(name_or_file, bundled) or f"known: {', '.join(sorted(bundled))}, or give a .toml file"
        raise PolicyError(Problem(f"mapping '{name_or_file}'", "not found", next_step=hint))
    return bundled[name_or_file]
