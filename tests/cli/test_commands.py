"""The command-line contract: what goes in, what comes out, exit codes, words instead of tracebacks."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from app.cli.main import Launch, run
from app.services.composition import open_services
from app.services.demo import write_demo_batch

COMMANDS = (
    "process",
    "codebook",
    "scheme",
    "weights",
    "rates",
    "group",
    "match",
    "qc",
    "learn",
    "appeal",
    "demo",
    "self-test",
    "bench",
)


def bingan(*argv: object) -> int:
    """Run a command line in this process; asking for the window is an error."""

    def no_window(_: Launch) -> int:
        raise AssertionError("a window was asked for")

    return run([str(arg) for arg in argv], no_window)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a batch file of twenty invented stays."""
    path = tmp_path_factory.mktemp("batch") / "演示批次.csv"
    write_demo_batch(path, 20)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bingan(command, "--help")
    assert caught.value.code == 0
    assert "usage: bingan" in capsys.readouterr().out


def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bingan("group")
    assert caught.value.code == 2
    assert "--scheme" in capsys.readouterr().err


def test_process_writes_the_workbook_and_says_trial(
    batch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "结果.xlsx"
    assert bingan("process", batch, "--out", out) == 0
    said = capsys.readouterr().out
    assert "共 20 份病案" in said
    assert str(out) in said
    book = openpyxl.load_workbook(out)
    head, *rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 20
    for name in ("分组结果·DRG", "分组结果·状态"):
        assert all(str(row[head.index(name)]).startswith("试用：") for row in rows)
    assert all(str(row[head.index("BAH")]).startswith("00") for row in rows)


def test_process_gives_no_amount_without_a_tied_rate(
    batch: Path, tmp_path: Path, reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = reference / "weights" / "haerbin_rates.csv"
    out = tmp_path / "x.xlsx"
    assert bingan("process", batch, "--out", out, "--rates", rates) == 0
    assert "未计算金额" in capsys.readouterr().out
    head, *rows = list(openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))
    assert not any(row[head.index("分组结果·支付标准（元）")] for row in rows)
    tied = ("--rates", rates, "--city", "哈尔滨", "--year", "2023", "--level", "I")
    assert bingan("process", batch, "--out", out, *tied) == 0
    assert "试用方案的权重为示例，未计算金额" in capsys.readouterr().out
    head, *rows = list(openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))
    assert not any(row[head.index("分组结果·支付标准（元）")] for row in rows)


def test_process_prices_a_batch_with_the_tables_of_its_scheme(batch: Path, tmp_path: Path, reference: Path) -> None:
    rates = reference / "weights" / "haerbin_rates.csv"
    tied = ("--rates", rates, "--city", "哈尔滨", "--year", "2023", "--level", "I")
    own = ("--scheme", reference / "schemes" / "haerbin_2022", "--weights", reference / "weights" / "haerbin_2022.csv")
    out = tmp_path / "x.xlsx"
    assert bingan("process", batch, "--out", out, *own, *tied) == 0
    head, *rows = list(openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))
    amounts = [row[head.index("分组结果·支付标准（元）")] for row in rows]
    methods = [row[head.index("YLFKFS")] for row in rows]
    assert any(amounts)
    assert not any(amount for amount, method in zip(amounts, methods, strict=True) if str(method) == "7")


def test_process_refuses_weights_of_another_edition(batch: Path, tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "x.xlsx"
    weights = reference / "weights" / "haerbin_2024.csv"
    scheme = reference / "schemes" / "haerbin_2022"
    assert bingan("process", batch, "--out", out, "--scheme", scheme, "--weights", weights) == 1
    assert not out.exists()


@pytest.mark.parametrize("scheme", ["chs_drg_11", "yunnan_2023"])
def test_group_agrees_with_every_labelled_case(scheme: str, tmp_path: Path, reference: Path) -> None:
    out = tmp_path / "groups.csv"
    cases = reference / "cases" / f"{scheme}.csv"
    assert bingan("group", "--scheme", reference / "schemes" / scheme, "--cases", cases, "--out", out) == 0
    columns = ("case_id", "mdc", "adrg", "drg", "status")
    found = rows_of(out)
    assert tuple(found[0]) == columns
    assert found == [{name: row[name] for name in columns} for row in rows_of(cases)]


def test_group_names_file_row_and_column_of_a_bad_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "病例.csv"
    cases.write_text("case_id,age_years,dx,px\nC1,三十,I10.x00,\n", "utf-8")
    assert bingan("group", "--scheme", "starter", "--cases", cases, "--out", tmp_path / "o.csv") == 1
    said = capsys.readouterr().err
    assert "病例.csv" in said
    assert "第 2 行" in said
    assert "age_years" in said
    assert not (tmp_path / "o.csv").exists()


def test_match_reads_only_the_texts_and_marks_the_chosen(tmp_path: Path) -> None:
    texts = tmp_path / "t.csv"
    texts.write_text("id,text\n1,2型糖尿病\n2,急性阑尾炎\n", "utf-8")
    out = tmp_path / "m.csv"
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", out, "--top", 5) == 0
    rows = rows_of(out)
    assert tuple(rows[0]) == ("text", "rank", "code", "name", "score", "chosen")
    first = {row["text"]: row for row in rows if row["rank"] == "1"}
    assert first["2型糖尿病"]["code"].startswith("E11")
    assert first["急性阑尾炎"]["code"].startswith("K35")
    assert max(int(row["rank"]) for row in rows) <= 5
    assert {row["chosen"] for row in rows} == {"0", "1"}


def test_match_with_terms_and_history_answers_from_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\n心口疼\n", "utf-8")
    (tmp_path / "terms.csv").write_text("code,name\nR07.4,胸痛\nI20.0,不稳定型心绞痛\n", "utf-8")
    (tmp_path / "h.csv").write_text("text,standards\n心口疼,不稳定型心绞痛\n", "utf-8")
    out = tmp_path / "m.csv"
    argv = ("match", "--task", "dx", "--texts", tmp_path / "t.csv", "--out", out)
    assert bingan(*argv, "--terms", tmp_path / "terms.csv", "--history", tmp_path / "h.csv") == 0
    assert rows_of(out)[0]["name"] == "不稳定型心绞痛"


def test_qc_gives_one_row_per_field_with_the_users_heading(tmp_path: Path) -> None:
    batch = tmp_path / "b.csv"
    batch.write_text("BAH,XM,XB,LYFS,RYSJ,CYSJ,ZYZD\n0001,张安（测试）,1,7,2026-11-01,2026-11-05,肺炎\n", "utf-8")
    out = tmp_path / "q.csv"
    assert bingan("qc", "--batch", batch, "--out", out) == 0
    rows = rows_of(out)
    assert tuple(rows[0]) == ("record_no", "rule", "category", "severity", "field", "column", "row", "message")
    way = next(row for row in rows if row["rule"] == "ZY-010")
    assert (way["record_no"], way["severity"], way["column"], way["row"]) == ("0001", "强制", "LYFS", "2")


def test_qc_finds_every_planted_fault_of_the_ward_and_nothing_else(tmp_path: Path, reference: Path) -> None:
    folder = reference / "batches" / "ward_500"
    faults = {row["BAH"]: row["fault"] for row in rows_of(folder / "faults.csv")}
    answers = {
        "出院早于入院": ({"LJ-002"}, {"RYSJ", "CYSJ"}),
        "总费用不等于分项之和": ({"FY-001", "FY-002"}, {"ZFY"}),
        "性别与身份证不符": ({"LJ-009"}, {"XB", "SFZH"}),
        "身份证校验位错误": ({"ZY-025"}, {"SFZH"}),
        "主要诊断缺失": ({"WZ-033"}, {"ZYZD"}),
        "年龄与出生日期不符": ({"LJ-005"}, {"NL", "CSRQ"}),
        "离院方式不在值域": ({"ZY-010"}, {"LYFS"}),
        "其他诊断与主要诊断重复": ({"BM-005"}, {"QTZD1", "ZYZD"}),
    }
    out = tmp_path / "q.csv"
    assert bingan("qc", "--batch", folder / "hqms_gbk.csv", "--out", out) == 0
    told: dict[str, set[tuple[str, str]]] = {}
    for row in rows_of(out):
        told.setdefault(row["record_no"], set()).add((row["rule"], row["column"]))
    for record, fault in faults.items():
        rules, columns = answers[fault]
        assert any(rule in rules and column in columns for rule, column in told.get(record, ())), (record, fault)
    special = set().union(*(rules for rules, _ in answers.values()))
    for record, pairs in told.items():
        if record not in faults:
            assert not special & {rule for rule, _ in pairs}, record


def test_a_missing_file_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("process", tmp_path / "没有.csv", "--out", tmp_path / "o.xlsx") == 1
    said = capsys.readouterr().err
    assert "没有.csv" in said
    assert "Traceback" not in said


def test_codebook_import_and_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "诊断.csv"
    table.write_text("诊断编码,诊断名称\nI21.900,急性心肌梗死\n", "utf-8")
    assert bingan("codebook", "import", table, "--title", "本院") == 0
    assert bingan("codebook", "list") == 0
    said = capsys.readouterr().out
    assert "本院" in said
    assert "内置" in said


def test_writing_beside_an_open_window_is_exit_code_3(tmp_path: Path, home: Path) -> None:
    window = open_services(home)
    try:
        table = tmp_path / "x.csv"
        table.write_text("code,name\nI21.900,急性心肌梗死\n", "utf-8")
        assert bingan("codebook", "import", table) == 3
        assert bingan("codebook", "list") == 0
    finally:
        window.close()


def test_demo_create_needs_force_for_a_second_time(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("demo", "create") == 0
    assert (home / "demo" / "library.db").is_file()
    assert bingan("demo", "create") == 1
    assert "--force" in capsys.readouterr().err
    assert bingan("demo", "create", "--force") == 0


def test_self_test_tells_the_truth_about_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["self-test", "--json"], lambda launch: 0 if launch.check else 1)
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert facts["encrypted"] is False
    assert facts["defusedxml"] is True
    assert {facts[part] for part in ("match", "qc", "drg", "database", "window")} == {"ok"}
    assert code == 0


def test_self_test_fails_when_the_window_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["self-test", "--json"], lambda _: 1) == 1
    assert json.loads(capsys.readouterr().out)["window"] == "failed"


def test_bench_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("bench", "没有") == 1
    assert "group" in capsys.readouterr().err


def test_output_is_utf_8_whatever_the_console_says(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "codebook", "list"],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "BINGAN_HOME": str(tmp_path), "PATH": ""},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert "内置" in done.stdout.decode("utf-8")


def test_no_command_opens_the_window(home: Path) -> None:
    seen: list[Launch] = []

    def window(launch: Launch) -> int:
        seen.append(launch)
        return 0

    assert run([], window) == 0
    assert run(["--home", str(home / "其他")], window) == 0
    assert [launch.home.name for launch in seen] == ["home", "其他"]


def test_bench_offers_no_part_of_a_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("bench", "scenes") == 1
    assert "match_work" not in capsys.readouterr().err


def test_bench_refuses_an_option_that_a_benchmark_does_not_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("bench", "qc", "--scheme", "starter") == 1
    assert "--scheme" in capsys.readouterr().err
