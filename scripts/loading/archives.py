"""Files in a file: what a zip or tar archive holds, and the first sheet of a workbook."""

from __future__ import annotations

import csv
import errno
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, time
from pathlib import PurePosixPath
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from scripts.loading.compression import BLOCK, Reader
from scripts.loading.documents import DOCUMENT_BYTES
from scripts.loading.foreign import Unreadable
from scripts.loading.streams import ByteStream, Content

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR, _TAR_PLACE = b"ustar", 257
_WORKBOOK = "xl/workbook.xml"
# Other documents that are zip archives, by a member that only they have.
_DOCUMENTS = {
    "xl/workbook.bin": "an Excel workbook in binary; save the sheet as CSV, or as .xlsx",
    "word/document.xml": "a Word document; save its table as CSV",
    "ppt/presentation.xml": "a presentation; ask for the figures as CSV or JSON",
    "META-INF/manifest.xml": "a sheet of OpenDocument; save it as CSV",
    "Index/Document.iwa": "a document of Apple's; export the sheet as CSV",
}
_BROKEN = (zipfile.BadZipFile, EOFError, ValueError, zlib.error, struct.error)
_ROWS = 5000
_CUT_TAR = "a tar archive that is broken or cut off"
_CUT_ZIP = "a zip archive that is broken or cut off"


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so holds others."""
    return _is_zip(head) or _is_tar(head)


def members(stream: ByteStream, name: str) -> Iterator[tuple[str, Content]]:
    """The files in an archive, with their names, in its order; a file of another kind as itself.

    A workbook is the table on its first sheet, as CSV.
    """
    head, _ = stream.peek()
    if _is_tar(head):
        yield from _tar_members(stream)
    elif not _is_zip(head):
        yield name, stream
    else:
        yield from _zip_members(_seekable(stream), name)


def _is_zip(head: bytes) -> bool:
    return head.startswith(_ZIP)


def _is_tar(head: bytes) -> bool:
    return head.startswith(_TAR, _TAR_PLACE)


def _seekable(stream: ByteStream) -> io.IOBase:
    if not stream.compressed:
        return stream.whole_file()
    content = stream.read_all(DOCUMENT_BYTES)
    if content is None:
        raise Unreadable(f"an archive in an archive, longer than {DOCUMENT_BYTES >> 20} MiB")
    return io.BytesIO(content)


def _zip_members(file: io.IOBase, name: str) -> Iterator[tuple[str, Content]]:
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN:
        raise Unreadable(_CUT_ZIP) from None
    with archive:
        names = set(archive.namelist())
        if _WORKBOOK in names:
            yield f"{name}.csv", Content(_sheet(file), compressed=True)
            return
        for mark in names & _DOCUMENTS.keys():
            raise Unreadable(_DOCUMENTS[mark])
        for entry in archive.infolist():
            if not entry.is_dir() and not _is_passed_over(entry.filename):
                yield entry.filename, Content(_unzipped(archive, entry), compressed=True)


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as file:
            while block := file.read(BLOCK):
                yield block
    except RuntimeError:
        raise Unreadable("a zip archive with a password; unpack it") from None
    except NotImplementedError:
        raise Unreadable("a zip archive of an unusual compression; unpack it") from None
    except _BROKEN:
        raise Unreadable(_CUT_ZIP) from None
    except OSError as error:
        # a place before the beginning of the file; any other is of the disk
        if error.errno != errno.EINVAL:
            raise
        raise Unreadable(_CUT_ZIP) from None


def _tar_members(stream: ByteStream) -> Iterator[tuple[str, Content]]:
    blocks = iter(lambda: stream.read(BLOCK), b"")
    try:
        with tarfile.open(fileobj=io.BufferedReader(Reader(blocks)), mode="r|") as archive:
            for entry in archive:
                if entry.isfile() and not _is_passed_over(entry.name):
                    yield entry.name, Content(_untarred(archive, entry), compressed=True)
    except tarfile.TarError:
        raise Unreadable(stream.fault or _CUT_TAR) from None


def _untarred(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(entry)
    try:
        while block := file.read(BLOCK):
            yield block
    except tarfile.TarError:
        raise Unreadable(_CUT_TAR) from None


def _is_passed_over(name: str) -> bool:
    """What systems and tools put beside the files that somebody packed."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _sheet(file: io.IOBase) -> Iterator[bytes]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        text = io.StringIO()
        write, width = csv.writer(text), 0
        for number, row in enumerate(row for row in rows if any(map(_is_filled, row))):
            # Cells without a value at the end of a row may be missing; a title is shorter.
            width = max(width, len(row))
            write.writerow(list(map(_cell, row)) + [""] * (width - len(row)))
            if number % _ROWS == 0:
                yield text.getvalue().encode()
                text.seek(0)
                text.truncate()
        yield text.getvalue().encode()
    except (*_BROKEN, InvalidFileException, ParseError, LookupError, TypeError, AttributeError):
        raise Unreadable("an Excel workbook that is broken; save the sheet as CSV") from None


def _is_filled(value: object) -> bool:
    return value is not None and value != ""


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
