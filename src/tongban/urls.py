"""All pages. Every view declares its access rule; see ``tongban.kit.access``."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongban.portal.urls")),
    path("account/", include("tongban.identity.urls")),
    path("sandbox/", include("tongban.notices.sandbox.urls")),
    path("sandbox/wechat/", include("tongban.wechat.sandbox.urls")),
    path("sandbox/subscriber/", include("tongban.resources.hooks.sandbox")),
    path("work/", include("tongban.workbench.urls")),
    path("api/", include("tongban.api.urls")),
    path("", include("tongban.ops.urls")),
]

handler500 = "tongban.kit.failing.server_error"
