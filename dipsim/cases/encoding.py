"""The encoding of a CSV file, found in one pass: strict UTF-8 first, then strict GB18030, which holds GBK.

A file is read in blocks of whole lines. No byte of a character of either encoding is a line feed, so a block is cut
between characters too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dipsim.errors import CaseDataError, Problem

BLOCK_BYTES = 1 << 24
"""How much of a file is read at a time; a longer line is read whole."""
UTF_8, GB18030 = "utf-8", "gb18030"
_BOM = b"\xef\xbb\xbf"
_SAVE_AGAIN = "save it as CSV in UTF-8 (in Excel: 'CSV UTF-8')"
_OTHER_KINDS = {
    b"\xff\xfe": ("the text is in UTF-16", _SAVE_AGAIN),
    b"\xfe\xff": ("the text is in UTF-16", _SAVE_AGAIN),
    b"PK\x03\x04": ("an Excel workbook or a zip file, not CSV", "name it .xlsx if it is a workbook, or unpack it"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, not CSV", "name it .xls"),
    b"PAR1": ("a Parquet file, not CSV", "name it .parquet"),
}
"""What the first bytes of a file that is no CSV text say of it, and the next step."""
_HAN = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}")
"""A Chinese character or sign in UTF-8, three bytes; text in GB18030 seldom looks like one."""
_TWO_HAN = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){2}")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes of a CSV file tell before it is read.

    codec           utf-8 or gb18030
    mark            number of bytes of the byte order mark
    has_line_feed   False for the lone carriage returns of old files
    """

    sha256: str
    codec: str
    mark: int
    has_line_feed: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text stops being in an encoding: the offset of the line, the byte in it from 1, and its value."""

    line_start: int
    byte: int
    value: int

    def line(self, path: Path) -> int:
        """The number of the line, from 1."""
        with path.open("rb") as stream:
            return stream.read(self.line_start).count(b"\n") + 1

    def of(self, name: str, path: Path) -> str:
        """The place as messages name it."""
        return f"{name}:{self.line(path)}: byte {self.byte} of the line (0x{self.value:02X})"


def survey(path: Path, name: str) -> Survey:
    """Digest and encoding of a CSV file; CaseDataError when it is no text in one of the two encodings."""
    digest = hashlib.sha256()
    has_line_feed = False
    offset, stop = 0, None
    try:
        # Looked at before a whole line is asked for: a file that is no text may have none.
        with path.open("rb") as stream:
            start = stream.read(BLOCK_BYTES)
        _require_text(name, start)
        mark = len(_BOM) if start.startswith(_BOM) else 0
        for block in line_blocks(path, 0, BLOCK_BYTES):
            digest.update(block)
            if stop is None:
                stop = _first_break(block, UTF_8, offset)
            offset += len(block)
            has_line_feed = has_line_feed or b"\n" in block
    except OSError as error:
        raise _fault(name, f"cannot be read: {error.strerror}", "check the path and its permissions") from error
    if stop is not None and mark:
        raise _fault(stop.of(name, path), "is not UTF-8, as the mark at the beginning says", _SAVE_AGAIN)
    if stop is not None:
        _require_gb18030(path, name, stop)
    return Survey(digest.hexdigest(), UTF_8 if stop is None else GB18030, mark, has_line_feed)


def line_blocks(path: Path, skip: int, size: int) -> Iterator[bytes]:
    """The bytes of a file from `skip` on, in blocks of whole lines of about `size` bytes."""
    with path.open("rb") as stream:
        stream.seek(skip)
        begun: list[bytes] = []
        while chunk := stream.read(size):
            cut = chunk.rfind(b"\n") + 1
            if cut:
                yield b"".join([*begun, chunk[:cut]]) if begun else chunk[:cut]
                begun = []
            if cut < len(chunk):
                begun.append(chunk[cut:])
        if begun:
            yield b"".join(begun)


def utf8_blocks(path: Path, name: str, surveyed: Survey, size: int) -> Iterator[bytes]:
    """The text of a surveyed file in UTF-8, without its mark and with line feeds, in blocks of whole lines."""
    try:
        for block in line_blocks(path, surveyed.mark, size):
            text = block if surveyed.codec == UTF_8 else block.decode(surveyed.codec).encode(UTF_8)
            yield text if surveyed.has_line_feed else text.replace(b"\r", b"\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(name, "changed while it was read", "read it again when it is complete") from error


def _require_text(name: str, start: bytes) -> None:
    """CaseDataError when the first bytes are those of a file of another kind."""
    for begin, (what, next_step) in _OTHER_KINDS.items():
        if start.startswith(begin):
            raise _fault(name, what, next_step)
    if b"\0" in start:
        raise _fault(name, "holds zero bytes: UTF-16 without its mark, or no text", _SAVE_AGAIN)


def _require_gb18030(path: Path, name: str, stop: _Place) -> None:
    """CaseDataError for a text that is UTF-8 up to `stop`, or GB18030 only up to some line."""
    if _has_han(path, stop.line_start):
        where = stop.of(name, path)
        raise _fault(where, "is not UTF-8, as the lines before it are", "save the whole file in one encoding")
    offset = 0
    for block in line_blocks(path, 0, BLOCK_BYTES):
        place = _first_break(block, GB18030, offset)
        if place is not None:
            what = f"is neither UTF-8 nor GB18030 (UTF-8 ends in line {stop.line(path)} already)"
            raise _fault(place.of(name, path), what, _SAVE_AGAIN)
        other = _utf8_line(block, offset)
        if other is not None:
            what = f"the line is in UTF-8, but line {stop.line(path)} is not"
            raise _fault(f"{name}:{other.line(path)}", what, "save the whole file in one encoding")
        offset += len(block)


def _first_break(block: bytes, codec: str, offset: int) -> _Place | None:
    """Where a block that begins at this offset stops being in the encoding."""
    if block.isascii():
        return None
    try:
        block.decode(codec)
    except UnicodeDecodeError as error:
        line_start = block.rfind(b"\n", 0, error.start) + 1
        return _Place(offset + line_start, error.start - line_start + 1, block[error.start])
    return None


def _has_han(path: Path, end: int) -> bool:
    """Whether the bytes before `end`, all in UTF-8, hold a Chinese character."""
    read = 0
    for block in line_blocks(path, 0, BLOCK_BYTES):
        if _HAN.search(block[: max(end - read, 0)].removeprefix(_BOM)):
            return True
        read += len(block)
        if read >= end:
            break
    return False


def _utf8_line(block: bytes, offset: int) -> _Place | None:
    """The first line that is Chinese text in UTF-8, of a block that begins at this offset."""
    for found in _TWO_HAN.finditer(block):
        start = block.rfind(b"\n", 0, found.start()) + 1
        end = block.find(b"\n", found.start())
        if _is_utf8(block[start : end if end >= 0 else len(block)]):
            return _Place(offset + start, 1, block[start])
    return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _fault(where: str, what: str, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, what, next_step=next_step))
