"""Pages of citizens and of the public."""

from django.urls import URLPattern, path

from tongban.portal import (
    assist,
    cases,
    check,
    filing,
    home,
    inbox,
    item,
    licences,
    materials,
    my_data,
    packages,
    search,
    settings,
    wechat,
    words,
)

app_name = "portal"


def papers(owner: str, kind: str, prefix: str = "") -> list[URLPattern]:
    """The addresses of an application's materials, below a case or a package's filing."""
    base, which = f"{owner}/<uuid:owner>", {"kind": kind}
    return [
        path(f"{base}/materials/", materials.materials, which, name=f"{prefix}materials"),
        path(f"{base}/materials/<str:key>/upload/", materials.upload, which, name=f"{prefix}upload"),
        path(f"{base}/materials/<str:key>/licence/", materials.licence, which, name=f"{prefix}use_licence"),
        path(f"{base}/materials/<str:key>/later/", materials.later, which, name=f"{prefix}later"),
        path(
            f"{base}/materials/<uuid:attachment_id>/remove/",
            materials.remove,
            which,
            name=f"{prefix}remove_material",
        ),
        path(
            f"{base}/files/<uuid:attachment_id>/",
            materials.material_file,
            which,
            name=f"{prefix}material_file",
        ),
    ]


urlpatterns = [
    *papers("cases", "case"),
    *papers("packages/filings", "package", "package_"),
    path("", home.home, name="home"),
    path("assist/", assist.ask, name="assist"),
    path("search/", search.search, name="search"),
    path("search/suggestions/", search.suggestions, name="search-suggestions"),
    path("items/<str:code>/", item.item, name="item"),
    path("file/<str:code>/", filing.start, name="start"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("cases/<uuid:case_id>/file/", filing.tasks, name="tasks"),
    path("cases/<uuid:case_id>/edit/<str:page>/", filing.edit, name="edit"),
    path("cases/<uuid:case_id>/check/", filing.check, name="check_answers"),
    path("cases/<uuid:case_id>/submitted/", filing.submitted, name="submitted"),
    path("cases/<uuid:case_id>/refile/", filing.refile, name="refile"),
    path("cases/<uuid:case_id>/discard/", filing.discard, name="discard"),
    path("cases/<uuid:case_id>/supplement/", cases.supplement, name="supplement"),
    path("cases/<uuid:case_id>/withdraw/", cases.withdraw, name="withdraw"),
    path("cases/<uuid:case_id>/documents/<uuid:document_id>/", cases.document, name="document"),
    path("licences/", licences.licence_list, name="licences"),
    path("licences/<uuid:licence_id>/", licences.licence, name="licence"),
    path("licences/<uuid:licence_id>/pdf/", licences.pdf, name="licence_pdf"),
    path("my-data/", my_data.my_data, name="my_data"),
    path("my-data/reads/", my_data.reads, name="reads"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<uuid:notice_id>/read/", inbox.read, name="read"),
    path("settings/", settings.overview, name="settings"),
    path("settings/notices/", settings.notice_preferences, name="notice_preferences"),
    path("settings/language/", settings.language, name="language"),
    path("settings/large-print/", settings.large_print, name="large_print"),
    path("settings/acting/", settings.acting, name="acting"),
    path("settings/wechat/", wechat.binding, name="wechat"),
    path("settings/wechat/<uuid:binding_id>/unbind/", wechat.unbind, name="wechat_unbind"),
    path("wechat/callback/", wechat.callback, name="wechat_callback"),
    path("check/", check.enter, name="check_enter"),
    path("check/<str:token>/", check.check, name="check"),
    path("packages/", packages.listing, name="packages"),
    path("packages/filings/<uuid:filing_id>/", packages.filing, name="package_filing"),
    path("packages/filings/<uuid:filing_id>/edit/<str:page>/", packages.edit, name="package_edit"),
    path("packages/filings/<uuid:filing_id>/check/", packages.check, name="package_check"),
    path("packages/filings/<uuid:filing_id>/refile/", packages.refile, name="package_refile"),
    path("packages/filings/<uuid:filing_id>/choose/", packages.choose, name="package_choose"),
    path("packages/filings/<uuid:filing_id>/withdraw/", packages.withdraw, name="package_withdraw"),
    path("packages/filings/<uuid:filing_id>/result/", packages.result, name="package_result"),
    path("packages/<slug:code>/", packages.package, name="package"),
    path("packages/<slug:code>/start/", packages.start, name="package_start"),
    path("help/", words.help_page, name="help"),
    path("privacy/", words.privacy, name="privacy"),
]
