"""Open data of the demo: every source once, made by the steward and published by the supervisor."""

from collections.abc import Iterator
from functools import partial

from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.opendata import service as opendata
from tongban.organisations import service as organisations


def _who(login: str) -> Actor:
    account = identity.find_account(login)
    assert account is not None
    return identity.own_actor(account)


def load(key: str) -> None:
    """Publish the dataset of one source."""
    source, steward = opendata.SOURCES[key], _who("steward")
    row = opendata.create(
        steward,
        opendata.DatasetIn(
            code=key, source=key, title=source.title, title_en=source.title_en, description=source.about,
            theme=source.defaults["theme"], cycle=source.defaults["cycle"],
            keywords=tuple(source.defaults["keywords"]), contact_name="福建省数据管理局数据开放组",
            department_id=organisations.department_by_code("shuju").id, contact="open-data@example.org",
        ),
    )  # fmt: skip
    release = opendata.build(steward, row.id, note="首次发布")
    if release.passed:
        opendata.review(_who("supervisor"), opendata.submit(steward, release.id).id, publish=True)


def ask() -> None:
    """A request that was answered, one that waits, and a showcase."""
    steward = _who("steward")
    department = organisations.department_by_code("shuju")
    wanted = opendata.ask(
        _who("lin"), title="各大厅的地址和经纬度", text="想做一个找最近大厅的地图，需要全省大厅的经纬度。",
        purpose="公益地图", department_id=department.id, key="demo-open-halls",
    )  # fmt: skip
    opendata.answer(
        steward, wanted.id, outcome="provided", text="已开放政务服务大厅数据集，每月更新。",
        dataset_code="service-halls",
    )  # fmt: skip
    opendata.ask(
        _who("chen"), title="各窗口每天的等候时间", text="希望公布各窗口每天的平均等候时间，方便错峰办事。",
        purpose="", department_id=department.id, key="demo-open-waiting",
    )  # fmt: skip
    shown = opendata.propose(
        _who("lin"), title="最近的大厅", text="打开网页就能看到离自己最近的政务服务大厅和开放时间。", url="",
        maker="林先生", codes=["service-halls"],
    )  # fmt: skip
    opendata.review_showcase(_who("supervisor"), shown.id, show=True)


def pieces() -> Iterator[Piece]:
    """One piece for each dataset, and what people say about them."""
    for key, source in opendata.SOURCES.items():
        yield Piece(f"open-data:{key}", f"数据开放：{source.title}", partial(load, key))
    yield Piece("open-voices", "数据开放：需求和案例", ask)
