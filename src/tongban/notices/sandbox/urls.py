from django.urls import path

from tongban.notices.sandbox import views

urlpatterns = [
    path("sms/messages/", views.sms_messages, name="sandbox_sms"),
    path("inbox/", views.inbox, name="sandbox_inbox"),
    path("faults/", views.faults, name="sandbox_faults"),
]
