"""Broken and hostile files: refused in words, quickly, without harm (reliability.md C1, C3, C7)."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.exchange.batch import read_batch
from app.exchange.limits import Limits
from app.exchange.readers import read_codebook_tables, read_file, read_scheme_tables, read_tables

Make = Callable[..., Path]
Page = dict[str, str]
ROUNDS = 80
JUNK = (
    b"<",
    b">",
    b'"',
    b"999999999",
    b"-1",
    b"\xff\xfe",
    b"&",
    b"</row>",
    b'<c r="A0">',
    b'<c r="XFD9">',
    b"\x00",
    b",,,",
)


def mutated(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(changed)) if changed else 0
        match draw.randrange(5):
            case 0 if changed:
                changed[at] = draw.randrange(256)
            case 1:
                changed[at:at] = draw.choice(JUNK)
            case 2:
                del changed[at : at + draw.randint(1, 60)]
            case 3:
                changed[at:at] = changed[: draw.randint(1, 200)]
            case _ if draw.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def mutated_package(path: Path, draw: random.Random) -> bytes:
    """Return the package with one part mutated, or with its own bytes mutated."""
    if draw.random() < 0.3:
        return mutated(path.read_bytes(), draw)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    victim = draw.choice(sorted(parts))
    parts[victim] = mutated(parts[victim], draw)
    if draw.random() < 0.1:
        del parts[victim]
    return packed(parts)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def survives(read: Callable[[Path], object], path: Path, content: bytes) -> bool:
    """Return whether the file could be read; any exception but a problem with a place and a remedy goes on."""
    path.write_bytes(content)
    caught: UserProblem | None = None
    try:
        read(path)
    except UserProblem as problem:
        caught = problem
    assert caught is None or (path.name in str(caught) and caught.advice)
    return caught is None


@pytest.mark.parametrize("kind", ["xlsx", "csv", "zip", "xls"])
def test_mutated_files_are_read_or_refused(
    make_csv: Make, make_xlsx: Make, make_xls: Make, front_page: Page, tmp_path: Path, kind: str
) -> None:
    draw = random.Random(f"{kind} 20261123")  # noqa: S311 - files for a test
    rows = [list(front_page), *([f"{number}", *list(front_page.values())[1:]] for number in range(20))]
    victim = tmp_path / f"victim.{kind}"
    if kind == "csv":
        good = make_csv(rows, encoding="gb18030").read_bytes()
        outcomes = [survives(read_batch, victim, mutated(good, draw)) for _ in range(ROUNDS)]
    elif kind == "xls":
        good = make_xls(rows).read_bytes()
        outcomes = [survives(read_batch, victim, mutated(good, draw)) for _ in range(ROUNDS)]
    elif kind == "xlsx":
        base = make_xlsx(rows)
        outcomes = [survives(read_batch, victim, mutated_package(base, draw)) for _ in range(ROUNDS)]
    else:
        base = tmp_path / "scheme.zip"
        base.write_bytes(
            packed({"mdc.csv": b"order,mdc,name,condition\n1,MDCA,x,always\n", "scheme.toml": b'id = "x"\n'})
        )
        outcomes = [survives(read_scheme_tables, victim, mutated_package(base, draw)) for _ in range(ROUNDS)]
    assert True in outcomes
    assert False in outcomes


def workbook(make_xlsx: Make, sheet: bytes, **more: bytes) -> bytes:
    """Return a workbook whose first sheet has other XML."""
    with zipfile.ZipFile(make_xlsx([["病案号"], ["1"]])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return packed({**parts, "xl/worksheets/sheet1.xml": sheet, **more})


HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9))
    + b"]>"
)


EMPTY_ROW = b'<row r="%d"><c r="XFD%d"/></row>'
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "dense": (lambda: HEAD + b"<row><c><v>1</v></c></row>" * 2_000_000 + TAIL, "import.too_dense"),
    "far corner": (lambda: HEAD + FAR_CELL + TAIL, "import.too_many_cells"),
    "columns": (lambda: HEAD + b'<row r="1"><c r="ZZZZ1"><v>1</v></c></row>' + TAIL, "import.too_many_columns"),
    "empty columns": (
        lambda: HEAD + b"".join(EMPTY_ROW % (n, n) for n in range(1, 1000)) + TAIL,
        "import.too_many_cells",
    ),
    "entities": (lambda: LAUGHS + HEAD + b"<row><c><v>&a8;</v></c></row>" + TAIL, "import.forbidden_xml"),
    "external": (lambda: b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + HEAD, "import.forbidden_xml"),
    "strange encoding": (lambda: "<worksheet/>".encode("utf-16"), "import.broken"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(make_xlsx: Make, tmp_path: Path, name: str) -> None:
    sheet, key = BOMBS[name]
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook(make_xlsx, sheet()))
    tracemalloc.start()
    try:
        with pytest.raises(UserProblem) as caught:
            read_file(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.key == key
    assert peak < 30_000_000


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(packed({f"xl/{number}": b"" for number in range(2001)}))
    with pytest.raises(UserProblem) as caught:
        read_file(path)
    assert caught.value.key == "import.too_many_entries"


def test_a_size_that_lies_is_counted_not_believed(make_xlsx: Make, tmp_path: Path) -> None:
    content = bytearray(workbook(make_xlsx, HEAD + b"<row/>" * 3_000_000 + TAIL))
    for at in range(len(content) - 28):
        if content[at : at + 4] == b"PK\x01\x02":
            content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path = tmp_path / "liar.xlsx"
    path.write_bytes(bytes(content))
    with pytest.raises(UserProblem) as caught:
        read_file(path)
    assert caught.value.key in {"import.too_dense", "import.broken"}


def test_total_size_counts_over_all_entries(tmp_path: Path) -> None:
    draw = random.Random(1)  # noqa: S311 - incompressible bytes for a test
    path = tmp_path / "scheme.zip"
    path.write_bytes(packed({f"t{number}.csv": draw.randbytes(40_000).hex().encode() for number in range(5)}))
    with pytest.raises(UserProblem) as caught:
        read_scheme_tables(path, limits=Limits(unpacked_bytes=100_000))
    assert caught.value.key == "import.too_big"


def test_many_rows_need_consent(make_xlsx: Make) -> None:
    path = make_xlsx([["病案号"], *([str(number)] for number in range(300))])
    with pytest.raises(UserProblem) as caught:
        read_file(path, limits=Limits(rows=200))
    assert caught.value.key == "import.too_many_rows"
    assert len(read_tables(path, limits=Limits(rows=200, rows_consented=True))[0].rows) == 300


NAMES = [
    "../mdc.csv",
    "/mdc.csv",
    "C:\\mdc.csv",
    "..\\mdc.csv",
    "a/b/mdc.csv",
    "CON",
    "nul.csv/",
    "MDC.CSV",
    "mdc .csv",
    "./mdc.csv",
    "x/../mdc.csv",
    "m\u0064\u0301c.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_entry_names_are_patterns_never_paths(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in" / "scheme.zip"
    path.parent.mkdir()
    path.write_bytes(packed({name: b"order,mdc,name,condition\n1,EVIL,x,always\n", "adrg.csv": b"mdc,adrg\nA,AA1\n"}))
    tables, _ = read_scheme_tables(path)
    assert set(tables) == {"adrg"}
    assert sorted(tmp_path.rglob("*")) == [path.parent, path]


def test_the_same_table_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scheme.zip"
    path.write_bytes(packed({"mdc.csv": b"order,mdc\n1,A\n", "x/mdc.csv": b"order,mdc\n1,B\n"}))
    with pytest.raises(UserProblem) as caught:
        read_scheme_tables(path)
    assert caught.value.key == "import.twice"


def test_a_package_in_a_folder_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "scheme.zip"
    path.write_bytes(
        packed({"chs/mdc.csv": b"order,mdc\n1,A\n", "chs/scheme.toml": b'id = "chs"\n', "readme.md": b"x"})
    )
    tables, meta = read_scheme_tables(path)
    assert (set(tables), meta) == ({"mdc"}, {"id": "chs"})


def test_folder_zip_and_workbook_give_the_same_tables(make_xlsx: Make, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    content = "code,name\nA00.000,霍乱\n".encode()
    (folder / "icd10.csv").write_bytes(content)
    archive = tmp_path / "package.zip"
    archive.write_bytes(packed({"icd10.csv": content}))
    book = make_xlsx({"icd10": [["编码表"], ["code", "name"], ["A00.000", "霍乱"]]})
    found = [read_codebook_tables(path)["icd10"] for path in (folder, archive, book)]
    assert {(table.header, tuple(row.cells for row in table.rows)) for table in found} == {
        (("code", "name"), (("A00.000", "霍乱"),))
    }
    assert found[1].file == "package.zip/icd10.csv"
