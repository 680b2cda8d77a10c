from django.urls import path

from tongban.wechat.sandbox import server, views

urlpatterns = [
    path("", views.page, name="sandbox_wechat"),
    path("log/", views.log, name="sandbox_wechat_log"),
    path("act/", views.act, name="sandbox_wechat_act"),
    path("users/", views.new_user, name="sandbox_wechat_user"),
    path("fault/", views.fault, name="sandbox_wechat_fault"),
    path("menu/", views.menu, name="sandbox_wechat_menu"),
    path("cgi-bin/<path:endpoint>", server.api, name="sandbox_wechat_api"),
]
