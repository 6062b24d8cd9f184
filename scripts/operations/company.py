"""The company's own files: which seeds a run reads, and where a decision of the company is written.

A company folder (AI_COST_COMPANY) holds what belongs to the company and not to the product. dbt is
never pointed at it: dbt writes beside what it reads, and would write over the folder's files. The
run's seeds are a copy inside the project, made of our `seeds` with the company's files put in:

- `NAME.csv` takes the place of ours in seeds/organization, seeds/policy and seeds/contracts;
- `extra_NAME.csv` adds its rows to ours in seeds/rate_cards and seeds/reference.

The subfolder does not matter. What the company does not state stays as it is in `seeds`.
AI_COST_ORGANIZATION names a folder with the files of seeds/organization alone.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.warehouse import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "companies" / "sample"
COMPANY, ORGANIZATION = "AI_COST_COMPANY", "AI_COST_ORGANIZATION"
# Read by dbt_project.yml: the name of the copy below COPIES. Set here only.
COPY = "AI_COST_COMPANY_COPY"
COPIES = Path("target", "company")
_OWN = ("organization", "policy", "contracts")
_EXTRA = "extra_"
# Columns that files of before do not have, and what holds where they are blank is what held then. A
# row without a name counts as not approved (fct_approvals).
OPTIONAL = {
    "alert_routes": {"message_form"},
    "allocation_rules": {
        "prepared_by",
        "approved_at",
        "target_pool_id",
        "unused_team_id",
        "unused_cost_center_id",
    },
    "budget_overrides": {"prepared_by"},
    "budgets": {"prepared_by", "approved_at"},
    "providers": {"provider_name"},
    "capacity_commitments": {"pool_id", "unit_count", "tokens_per_unit_hour"},
    "shared_costs": {"prepared_by", "approved_by", "approved_at"},
    "task_budgets": {"prepared_by", "approved_at"},
}


class CompanyError(WarehouseError):
    """A file of the company folder cannot be taken as it is; the message says which and why."""


def bring_in() -> Path:
    """Make the copy that dbt reads, and tell dbt of it; returns the folder of the run's seeds."""
    if not _folders():
        os.environ.pop(COPY, None)
        return ROOT / "seeds"
    name = _name()
    folder = ROOT / COPIES / name
    try:
        write_seeds(folder)
    except OSError as error:
        raise CompanyError(f"cannot write {error.filename}: {error.strerror}") from None
    os.environ[COPY] = name
    return folder


def write_seeds(folder: Path) -> None:
    """Write the run's seeds into a folder; files that are there already are not touched."""
    wanted = dict(_seeds())
    for path, content in wanted.items():
        place = folder / path
        if place.is_file() and place.read_bytes() == content:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        # Another run may be reading the copy: it sees the old file or the new one.
        part = place.with_name(f".{place.name}.{os.getpid()}")
        part.write_bytes(content)
        part.replace(place)
    for path in folder.rglob("[!.]*"):
        if path.is_file() and path.relative_to(folder) not in wanted:
            path.unlink(missing_ok=True)


def files_of_seeds() -> dict[str, list[tuple[Path, bool]]]:
    """The files of each seed of a run as they are written, and whether each is the company's."""
    stated = dict(_stated())
    found = {}
    for name, path in _ours().items():
        ours = [] if name in stated and _is_own(path) else [(ROOT / path, False)]
        found[name] = ours + ([(stated[name], True)] if name in stated else [])
    return found


def said() -> str:
    """What a run is told of the company folder, in one line."""
    folders = _folders()
    if not folders:
        return f"company: none ({COMPANY} is not set): neutral defaults"
    files = sorted({path.name for _, path in _stated()})
    return f"company: {', '.join(str(folder) for folder in folders)} ({len(files)} files)"


def decisions(name: str) -> Path:
    """The file of the decisions that a command writes, such as accounting_periods.

    In the company folder when there is one, where it may not exist yet, else in the project.
    """
    company = _folder(COMPANY)
    path = _ours()[name]
    if company is None:
        return ROOT / path
    stated = [file for key, file in _stated() if key == name and company in file.parents]
    if stated:
        return stated[0]
    return company / path.parent.name / f"{name if _is_own(path) else _EXTRA + name}.csv"


def writable(file: Path, columns: Iterable[str] = ()) -> Path:
    """The file again; raises CompanyError when rows of these columns could not be added to it."""
    place = next(each for each in (file, *file.parents) if each.exists())
    folder = place.parent if place == file else place
    if not all(os.access(each, os.W_OK) for each in {place, folder}):
        raise CompanyError(f"{file} cannot be written: this command records its decision there")
    if columns and file.exists() and _rows(file)[0] != list(columns):
        raise CompanyError(f"{file}: rows are added in the order {','.join(columns)}")
    return file


def started(file: Path, columns: Iterable[str]) -> Path:
    """The file again, made with its header when the company has none yet."""
    columns = tuple(columns)
    if not writable(file, columns).exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(",".join(columns) + "\n", encoding="utf-8")
    return file


def _folders() -> list[Path]:
    return [folder for folder in map(_folder, (COMPANY, ORGANIZATION)) if folder]


def _folder(variable: str) -> Path | None:
    text = os.environ.get(variable, "")
    if not text:
        return None
    folder = Path(text).resolve()
    if not folder.is_dir():
        raise CompanyError(f"{variable}: there is no folder {text}")
    return folder


def _name() -> str:
    """The same for the same folders: dbt then knows again what it parsed."""
    digest = hashlib.sha256()
    for folder in _folders():
        inside = folder.is_relative_to(ROOT)
        digest.update(f"{folder.relative_to(ROOT) if inside else folder}\0".encode())
    return digest.hexdigest()[:12]


def _ours() -> dict[str, Path]:
    """Our seeds by name, as paths from the project."""
    return {path.stem: path.relative_to(ROOT) for path in sorted((ROOT / "seeds").rglob("*.csv"))}


def _is_own(path: Path) -> bool:
    return path.parent.name in _OWN


def _seeds() -> Iterator[tuple[Path, bytes]]:
    """Path below the folder of seeds, and content, of all that a run reads."""
    # The organization comes last and so goes before the company folder.
    stated = dict(_stated())
    for path in sorted((ROOT / "seeds").rglob("*.*")):
        content = path.read_bytes()
        file = stated.get(path.stem) if path.suffix == ".csv" else None
        if file:
            columns, ours = _rows(path)
            rows = _taken(file, columns, OPTIONAL.get(path.stem, set()))
            content = _text(columns, rows if _is_own(path) else ours + rows)
        yield path.relative_to(ROOT / "seeds"), content


def _stated() -> list[tuple[str, Path]]:
    """Name of our seed and file of the company, for every CSV in its folders."""
    found = []
    for variable in (COMPANY, ORGANIZATION):
        folder = _folder(variable)
        if folder:
            names = _allowed(variable)
            files = [(_named(file, names), file) for file in _files(folder)]
            _refuse_twice(files)
            found += files
    return found


def _allowed(variable: str) -> dict[str, str]:
    """File name, without its end, that a folder may hold: name of our seed."""
    ours = _ours()
    if variable == ORGANIZATION:
        return {name: name for name, path in ours.items() if path.parent.name == "organization"}
    return {name if _is_own(path) else f"{_EXTRA}{name}": name for name, path in ours.items()}


def _files(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() == ".csv"
        and not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    ]


def _named(file: Path, names: dict[str, str]) -> str:
    if file.stem in names:
        return names[file.stem]
    near = difflib.get_close_matches(file.stem, [*names, *(f"extra_{name}" for name in names)], 1)
    meant = f"; did you mean {near[0]}.csv?" if near and near[0] in names else ""
    raise CompanyError(f"{file} is no file of a company folder{meant}")


def _refuse_twice(files: list[tuple[str, Path]]) -> None:
    seen: dict[str, Path] = {}
    for name, file in files:
        if name in seen:
            raise CompanyError(f"{seen[name]} and {file} say the same twice; keep one")
        seen[name] = file


def _taken(file: Path, columns: list[str], optional: set[str]) -> list[list[str]]:
    """The rows of a company's file in the order of our columns; what it may lack is blank."""
    header, rows = _rows(file)
    absent = sorted(optional.difference(header))
    header += absent
    rows = [row + [""] * len(absent) for row in rows]
    if sorted(header) != sorted(columns):
        lacks = [name for name in columns if name not in header]
        unknown = [name for name in header if name not in columns]
        said = f"lacks {', '.join(lacks)}" if lacks else ""
        said += " and " if lacks and unknown else ""
        said += f"has unknown columns {', '.join(unknown)}" if unknown else ""
        raise CompanyError(
            f"{file} {said or 'names a column twice'}; a file has {','.join(columns)}"
        )
    order = [header.index(name) for name in columns]
    return [[row[place] for place in order] for row in rows]


def _rows(file: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows, all of one width; blank rows, as spreadsheets leave them, are no rows."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        table = [
            (line, row) for line, row in enumerate(csv.reader(io.StringIO(text, newline="")), 1)
        ]
    except OSError as error:
        raise CompanyError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CompanyError(f"{file} is not text in UTF-8; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise CompanyError(f"{file} is no CSV: {error}") from None
    table = [(line, row) for line, row in table if any(cell.strip() for cell in row)]
    if not table:
        raise CompanyError(f"{file} is empty; a file has a header at least")
    header = [name.strip() for name in table[0][1]]
    for line, row in table[1:]:
        if len(row) != len(header):
            raise CompanyError(f"{file}, row {line}: {len(row)} values in {len(header)} columns")
    return header, [row for _, row in table[1:]]


def _text(columns: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()
