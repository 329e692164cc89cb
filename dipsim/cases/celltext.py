"""Raw Arrow columns as text: what a typed column of a Parquet file says in the spelling of a CSV file."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dipsim.errors import CaseDataError, Problem

TEXT = pa.string()
WORDS = pa.dictionary(pa.int32(), TEXT)


def is_list(kind: Any) -> bool:
    """Whether cells of this type hold several values."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def is_text(kind: Any) -> bool:
    """Whether cells of this type are text, not in a dictionary."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_text(where: str, column: Any) -> Any:
    """An array or column of single values as text; a float becomes its shortest decimal, a NaN a blank.

    CaseDataError for lists, and for cells that have no text, such as structs.
    """
    kind = column.type
    if kind == TEXT:
        return column
    if is_list(kind):
        raise _refused(where, kind, "store one value a case")
    try:
        text = column.cast(TEXT)
    except pa.ArrowException as error:
        raise _refused(where, kind, "store text, numbers or dates") from error
    return pc.if_else(pc.is_nan(column), None, text) if pa.types.is_floating(kind) else text


def as_words(where: str, chunk: Any) -> Any:
    """An array of single values as a dictionary of text without nulls, each distinct value turned into text once.

    CaseDataError as above.
    """
    try:
        coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
    except pa.ArrowNotImplementedError as error:
        raise _refused(where, chunk.type, "store text, numbers or dates") from error
    words = pc.fill_null(as_text(where, coded.dictionary), "")
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), words)


def merged_words(parts: list[Any]) -> Any:
    """Arrays that `as_words` made as one, over one dictionary."""
    if not parts:
        return pa.array([], WORDS)
    return pa.chunked_array(parts, WORDS).unify_dictionaries().combine_chunks()


def _refused(where: str, kind: Any, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, f"cells of type {kind}", next_step=next_step))
