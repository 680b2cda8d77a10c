"""The pages of runs and of clerical review: who may, what they say, progress, and two stewards at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, run_due_jobs
from tongban.identity import service as identity
from tongban.resources.batch.invent import generate
from tongban.resources.models import Golden, Pair, ReadLog, ReconcileRun
from tongban.resources.runs import keeping, reviewing
from tongban.resources.runs.province import province
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db
URL, REVIEW = "/work/runs/", "/work/review/"
SLUGS = ("gongan", "minzheng", "renshe", "zhufang", "shuiwu")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("said")
    generate(120, 9, folder)
    return folder


@pytest.fixture
def office(db: None, said: Path, settings: Any, tmp_path: Path, staff_with: Callable[..., Person]) -> Person:
    settings.DEPARTMENTS_ROOT, settings.RUNS_ROOT = said, tmp_path / "runs"
    for slug in SLUGS:
        DepartmentFactory(code=slug, name=f"{slug}局")
    return staff_with("steward", DepartmentFactory(code="shuju", name="福州市数据管理局"))


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def test_a_run_is_started_followed_published_and_compared(office: Person) -> None:
    page = text(office.client.get(URL))
    assert "还没有运行过" in page
    assert f'href="{URL}" aria-current="page"' in page
    where = office.client.post(URL)["Location"]
    row = ReconcileRun.objects.get()
    assert where == f"{URL}{row.id}/"
    assert f'hx-get="{where}progress/"' in text(office.client.get(where))
    assert "正在排队" in text(office.client.get(f"{where}progress/"))
    assert "已有一次运行" in text(office.client.post(URL), 409)
    run_due_jobs()
    row.refresh_from_db()
    assert office.client.get(f"{where}progress/")["HX-Refresh"] == "true"
    page = text(office.client.get(where))
    account = row.account
    assert f"读取 {account['rows_in']} = 入库 {account['landed']} + 待修正 {account['quarantined']}" in page
    assert all(f"{slug}局" in page for slug in SLUGS)
    assert "姓名" in page
    assert "hx-get" not in page
    assert office.client.post(where, {"act": "x"}).status_code == 400
    assert office.client.post(where, {"act": "publish"})["Location"] == where
    assert "正在排队，马上开始发布" in text(office.client.get(where))
    assert "正在发布" in text(office.client.post(where, {"act": "publish"}), 409)
    run_due_jobs()
    assert Golden.objects.count() == account["golden"]
    assert f"已发布 {account['golden']} 人" in text(office.client.get(where))
    office.client.post(URL)
    run_due_jobs()
    other = ReconcileRun.objects.exclude(pk=row.pk).get()
    page = text(office.client.get(f"{URL}compare/?one={row.id}&other={other.id}"))
    assert f"两次都有 {account['golden']} 人，只在前一次 0 人" in page
    Path(other.out, "run.json").unlink()
    assert "文件已不在" in text(office.client.get(f"{URL}compare/?one={row.id}&other={other.id}"))
    assert "不能再发布" in text(office.client.get(f"{URL}{other.id}/"))
    assert "请选择" in text(office.client.get(f"{URL}compare/"), 422)
    assert text(office.client.get(f"{URL}?state=published")).count('tb-quiet">DuckDB') == 1
    assert "没有符合条件的运行" in text(office.client.get(f"{URL}?state=failed&engine=spark"))


def test_others_see_no_runs_and_operators_do_not_publish(
    office: Person, staff_with: Callable[..., Person], clerk: Person, operator: Person
) -> None:
    row = province(50, 9).run
    police = staff_with("steward", DepartmentFactory(code="other"))
    for path in (URL, f"{URL}{row.id}/", f"{URL}{row.id}/progress/", f"{URL}compare/"):
        for who in (police, clerk):
            assert who.client.get(path).status_code == 403
    for path in (URL, f"{URL}{row.id}/", f"{URL}{row.id}/progress/"):
        assert operator.client.get(path).status_code == 200
    assert operator.client.post(f"{URL}{row.id}/", {"act": "publish"}).status_code == 403
    assert police.client.post(URL).status_code == 403
    for path in (REVIEW, f"{REVIEW}{row.id}/"):
        for who in (police, clerk, operator):
            assert who.client.get(path).status_code == 403
    assert URL not in text(police.client.get("/work/elements/"))
    assert URL in text(operator.client.get("/work/sources/"))
    assert office.client.get(f"{URL}{clerk.account.id}/").status_code == 404
    assert office.client.get(f"{REVIEW}{row.id}/").status_code == 404


def test_a_folder_nobody_laid_files_in_is_said(office: Person, settings: Any, tmp_path: Path) -> None:
    settings.DEPARTMENTS_ROOT = tmp_path / "none"
    assert "还没有放到约定的目录" in text(office.client.post(URL), 422)


def test_a_site_with_spark_may_run_on_it(office: Person, settings: Any) -> None:
    row = province(50, 9).run
    assert 'id="field-engine"' not in text(office.client.get(URL))
    assert "这里没有引擎" in text(office.client.post(URL, {"engine": "spark"}), 422)
    settings.SPARK_MASTER = "local[2]"
    assert '<option value="spark">Spark</option>' in text(office.client.get(URL))
    assert "这里没有引擎“abacus”" in text(office.client.post(URL, {"engine": "abacus"}), 422)
    assert office.client.post(URL, {"engine": "spark"}).status_code == 302
    run_due_jobs()
    other = ReconcileRun.objects.exclude(pk=row.pk).get()
    assert (other.engine, other.state, other.problem) == ("spark", "done", "")
    assert other.account["golden"] == row.account["golden"]


@pytest.fixture
def queue(office: Person) -> ReconcileRun:
    """A published province and three pairs to review, as the linking lays them down."""
    row = province(60, 9).run
    people = list(identity.Subject.objects.filter(kind="person").order_by("id_number")[:3])
    path = Path(row.out) / "review" / "pairs.parquet"
    path.parent.mkdir(exist_ok=True)
    values = ", ".join(
        f"('minzheng', {100 + n}, {one.id_number[:17]}, {0.9 - n / 10}, 'print-{n}', "
        f'\'{{"person.name": "林晓梅", "person.phone": "15400000001", '
        f'"person.birth_date": "1961-02-03", "person.education": "本科"}}\', '
        f'\'{{"person.name": ["{one.name}", "林小梅"], "person.phone": ["15400000001"], '
        f'"person.birth_date": 19610203}}\')'
        for n, one in enumerate(people)
    )
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT * FROM (VALUES {values}) v(source, row_id, key, probability, fingerprint, row, "
            f"person)) TO '{path}' (FORMAT parquet)"
        )
    assert reviewing.take_pairs(row) == 3
    return row


def test_pairs_are_reviewed_one_by_one(office: Person, queue: ReconcileRun) -> None:
    page = text(office.client.get(REVIEW))
    assert "很可能是同一人" in page
    assert "林晓梅" not in page  # nobody's data in a list
    first = office.client.post(f"{REVIEW}next/", {"source": ""})["Location"]
    page = text(office.client.get(first))
    assert '林<mark class="tb-differs">晓</mark>梅' in page
    assert "minzheng局的这一行" in page
    assert page.count("1961-02-03") == 2  # both sides' dates in one form
    assert [page.count(words) for words in ("只有一边有", "不用于比对")] == [0, 1]
    assert page.index("姓名") < page.index("出生日期") < page.index("手机号码") < page.index("学历")
    row = Pair.objects.get(pk=first.split("/")[-2])
    subject = identity.Subject.objects.get(id_number__startswith=str(row.key))
    log = ReadLog.objects.get(subject_id=subject.id)
    assert (log.kind, bool(log.purpose)) == ("review", True)
    assert sorted(log.elements) == ["person.birth_date", "person.name", "person.phone"]
    assert office.client.post(first, {"act": "perhaps"}).status_code == 400
    second = office.client.post(first, {"act": "same", "note": "电话一致"})["Location"]
    assert second not in {first, REVIEW}
    row.refresh_from_db()
    assert (row.verdict, row.by_name, row.note) == ("same", office.actor.name, "电话一致")
    assert "已由" in text(office.client.post(first, {"act": "other"}), 409)
    third = office.client.post(second, {"act": "unsure"})["Location"]
    assert office.client.post(third, {"act": "other"})["Location"] == REVIEW
    page = text(office.client.get(f"{REVIEW}?verdict=same"))
    assert office.actor.name in page
    assert "没有符合条件的" in text(office.client.get(f"{REVIEW}?verdict=same&p=95"))
    assert "没有要复核的" in text(office.client.get(REVIEW))
    assert "撤销这个结论" in text(office.client.get(first))
    assert office.client.post(first, {"act": "undo"})["Location"] == first
    row.refresh_from_db()
    assert (row.verdict, row.decided_at) == ("", None)
    acts = [one.action for one in trace.rows(office.actor, f"pair:{row.id}")]
    assert [a for a in acts if a != "resources.pair_seen"] == [
        "resources.pair_decided", "resources.pair_undone"
    ]  # fmt: skip


def test_two_stewards_never_get_the_same_pair(
    office: Person, queue: ReconcileRun, staff_with: Callable[..., Person]
) -> None:
    from tongban.organisations.models import Department

    second = staff_with("steward", Department.objects.get(code="shuju"))
    mine = office.client.post(f"{REVIEW}next/")["Location"]
    theirs = second.client.post(f"{REVIEW}next/")["Location"]
    assert mine != theirs
    page = text(second.client.get(mine))
    assert "另一位工作人员正在复核" in page
    assert 'value="same"' not in page
    assert "另一位" in text(second.client.post(mine, {"act": "same"}), 409)
    Pair.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert 'value="same"' in text(second.client.get(mine))
    assert "另一位" in text(office.client.post(mine, {"act": "same"}), 409)


def test_decisions_go_into_the_next_run_and_stand_while_both_sides_do(
    office: Person, queue: ReconcileRun, tmp_path: Path
) -> None:
    rows = list(Pair.objects.order_by("-probability"))
    reviewing.decide(office.actor, rows[0].id, "same")
    reviewing.decide(office.actor, rows[1].id, "other")
    reviewing.decide(office.actor, rows[2].id, "unsure")
    assert reviewing.decisions_for(tmp_path / "decisions.parquet") == 2
    with duckdb.connect() as engine:
        found = engine.execute(f"FROM '{tmp_path}/decisions.parquet'").fetchall()
    assert [(row[1], row[3], row[4]) for row in found] == [
        ("100", True, "print-0"),
        ("101", False, "print-1"),
    ]
    Pair.objects.filter(pk=rows[1].pk).update(fingerprint="as it was then")
    reviewing.take_pairs(keeping.registered(Path(queue.out)))
    assert [Pair.objects.get(pk=row.pk).verdict for row in rows] == ["same", "", "unsure"]


def test_a_province_in_one_go_only_in_a_sandbox(office: Person, settings: Any) -> None:
    from click.testing import CliRunner

    from tongban.resources.cli import commands

    settings.SANDBOX = False
    refused = CliRunner().invoke(commands, ["province", "--persons", "30"])
    assert refused.exit_code == 2
    assert "演示环境" in refused.stderr
    assert not ReconcileRun.objects.exists()
    settings.SANDBOX = True
    done = CliRunner().invoke(commands, ["province", "--persons", "30", "--seed", "4"])
    assert done.exit_code == 0, done.output
    row = ReconcileRun.objects.get()
    assert f"/work/runs/{row.id}/" in done.output
    assert Golden.objects.count() == row.account["golden"]
