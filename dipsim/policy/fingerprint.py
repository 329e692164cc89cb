"""Fingerprints of policy: the same 64 hex digits for the same bytes, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

PROVENANCE_FILE = "provenance.toml"
"""Tells how a folder was made (when, from which file); it changes nothing that is computed, so it is left out."""
SHORT_LENGTH = 12


def fingerprint(folder_or_file: Path) -> str:
    """SHA-256 of a file's bytes, or of the sorted relative names and bytes of all files of a folder.

    `provenance.toml` files and files or folders whose name begins with a dot are left out of a folder.
    """
    if folder_or_file.is_file():
        return hashlib.sha256(folder_or_file.read_bytes()).hexdigest()
    files = {}
    for path in folder_or_file.rglob("*"):
        name = path.relative_to(folder_or_file)
        is_hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not is_hidden and path.name != PROVENANCE_FILE:
            files[name.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return combine(files)


def combine(parts: Mapping[str, str]) -> str:
    """One fingerprint of several under their names, whatever the order."""
    return hashlib.sha256(json.dumps(dict(parts), sort_keys=True).encode()).hexdigest()


def fingerprint_values(values: Mapping[str, object]) -> str:
    """The fingerprint of nested policy values, such as those of a document: order of keys and comments do not count."""
    text = json.dumps(values, sort_keys=True, allow_nan=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def short(full: str) -> str:
    """The first digits of a fingerprint, enough for the footer of a report."""
    return full[:SHORT_LENGTH]


def _plain(value: object) -> object:
    """What JSON can write of a read-only table, a date or a time."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no policy value")
