"""Staff pages, below /work/."""

from django.urls import path

from tongban.workbench import acts, adapters, alignment, case_list, desk, papers, tasks

app_name = "workbench"
urlpatterns = [
    path("", tasks.mine, name="mine"),
    path("pool/", tasks.pool, name="pool"),
    path("pool/next/", tasks.claim_next, name="claim_next"),
    path("tasks/<uuid:task_id>/claim/", tasks.claim, name="claim"),
    path("tasks/<uuid:task_id>/release/", tasks.release, name="release"),
    path("cases/", case_list.case_list, name="cases"),
    path("cases/<uuid:case_id>/", desk.desk, name="desk"),
    path("cases/<uuid:case_id>/act/<slug:name>/", acts.act, name="act"),
    path("cases/<uuid:case_id>/materials/<uuid:attachment_id>/", papers.material, name="material"),
    path("cases/<uuid:case_id>/documents/<uuid:document_id>/", papers.document, name="document"),
    path("alignment/", alignment.overview, name="alignment"),
    path("alignment/corrections/", alignment.corrections, name="corrections"),
    path("alignment/corrections/<uuid:correction_id>/", alignment.correction_act, name="correction_act"),
    path("alignment/items/<uuid:item_id>/", alignment.difference, name="drift_item"),
    path("alignment/basic/<str:basic_code>/", alignment.matrix, name="drift"),
    path("operations/adapters/", adapters.adapters, name="adapters"),
]
