"""A small DRG scheme as a folder, and variants of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.policy.drg_scheme import DrgScheme

HEAD = """title = "Small"
title_zh = "小方案"
kind = "drg"
version = "1"
source = { doc = "demo" }
"""
CHOICES = """weight = "admission_weight_g"
unknown_codes = "ignored"
ungroupable = "0000"
fallback = ["O00"]
surgery_unrelated = ["OQY"]
"""
BASE: Mapping[str, str] = {
    "scheme.toml": HEAD + CHOICES,
    "mdc.csv": "code,name,rule,order\nMDCO,妊娠,ZYZD in DI_O00,2\nMDCA,先期,,1\n",
    "adrg.csv": (
        "code,name,rule,mdc,order\n"
        "O00,,,MDCO,18\n"
        "OS2,流产,ZYZD in DI_OS2,MDCO,18\n"
        "OT1,异位妊娠,ZYZD in DI_OT1,MDCO,19\n"
        "OQY,,ZYSS in OP_ALL,MDCO,1\n"
        "AA1,移植,ZYSS in OP_AA1,MDCA,1\n"
    ),
    "drg.csv": (
        "code,name,rule,adrg,order\n"
        "OT15,其他,,OT1,2\n"
        "OT11,伴MCC,QTZD in MCC,OT1,1\n"
        "OS29,流产,,OS2,1\nO000,,,O00,1\nOQY,,,OQY,1\nAA19,移植,,AA1,1\n"
    ),
    "sets.csv": (
        "set,code,name,type\n"
        "DI_O00,O00.900,,\nDI_O00,O03.900,,\nDI_OS2,O03.900,,\nDI_OT1,O00.900,,\n"
        "OP_ALL,74.1x00,,\nOP_AA1,33.5000,,\n"
    ),
    "cc.csv": "code,name,table,level\nD62.x00,失血性贫血,EX_1,CC\nA41.900,脓毒症,EX_2,MCC\n",
    "exclusions.csv": "table,code,name\nEX_1,D62.x00,\nEX_2,A41.900,\n",
}


def write(root: Path, name: str, files: Mapping[str, str]) -> Path:
    folder = root / "groupers" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return folder


def base(root: Path, **changes: str) -> Path:
    return write(root, "small", {**BASE, **{name.replace("_csv", ".csv"): text for name, text in changes.items()}})


def variant(root: Path, toml: str = "", **tables: str) -> DrgScheme:
    """A variant of the small scheme, read."""
    base(root)
    files = {name.replace("_csv", ".csv"): text for name, text in tables.items()}
    folder = write(root, "city", {"scheme.toml": HEAD + 'extends = "small"\n' + toml, **files})
    return read_drg_scheme(folder, PolicyRoots((root,)))


def problems(root: Path, toml: str = "", **tables: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        variant(root, toml, **tables)
    return [str(problem) for problem in refused.value.problems]


def codes(scheme: DrgScheme) -> list[str]:
    return [row.code for row in scheme.drg]
