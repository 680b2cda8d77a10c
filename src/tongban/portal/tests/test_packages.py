"""The pages of theme packages: from the list to the joined view; who may and who may not."""

import pytest

from tongban.conftest import Person
from tongban.packages import service as packages
from tongban.packages.tests.conftest import package, png, world

__all__ = ["package", "world"]


@pytest.mark.django_db
def test_anybody_reads_what_a_package_covers(package: packages.PackageVersion, outsider: Person) -> None:
    page = outsider.client.get("/packages/shop/")
    assert page.status_code == 200
    assert "first办理" in page.content.decode()
    assert "shop" in outsider.client.get("/packages/").content.decode()
    assert outsider.client.get("/packages/none/").status_code == 404


@pytest.mark.django_db
def test_one_filing_through_the_pages(
    package: packages.PackageVersion, resident: Person, other_resident: Person
) -> None:
    client = resident.client
    assert client.post("/packages/shop/start/", {"key": "k"}).status_code == 422
    started = client.post("/packages/shop/start/", {"key": "k", "more": "no"})
    base = started.headers["Location"]
    assert client.get(base).status_code == 200
    assert other_resident.client.get(base).status_code == 404
    form = packages.form(resident.actor, packages.mine(resident.actor)[0].id)
    for page in form.pages:
        url = f"{base}edit/{page.key}/"
        assert client.get(url).status_code == 200
        data = {f.name: "东街1号" for f in page.fields if not f.locked}
        if data:
            assert client.post(url, {}).status_code == 422
        assert client.post(url, data).status_code == 302
    assert client.get(f"{base}materials/").status_code == 200
    assert client.post(f"{base}check/", {"key": "once"}).status_code == 422
    assert client.post(f"{base}materials/all-plan/upload/", {}).status_code == 422
    assert client.post(f"{base}materials/all-plan/upload/", {"file": png()}).status_code == 302
    assert client.get(f"{base}check/").status_code == 200
    assert client.get(f"{base}choose/").status_code == 200
    assert client.post(f"{base}check/", {"key": "once"}).status_code == 302
    shown = client.get(base).content.decode()
    assert "待受理" in shown
    assert "等待前一件事办成" in shown
    assert client.get(f"{base}result/").status_code == 409
    assert client.get(f"{base}withdraw/").status_code == 200
    assert client.post(f"{base}withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"{base}withdraw/", {"reason": "不办了"}).status_code == 302
