"""Files of a case: what the applicant handed in, what the department wrote."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.kit.access import access, actor_of, staff
from tongban.kit.errors import NotFound


@access(staff)
@require_GET
def material(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A handed-in file, shown in the browser where that is safe; the read is logged."""
    found = cases.attachment(actor_of(request), case_id, attachment_id)
    if found.file_id is None:
        raise NotFound
    return files.respond(request, found.file_id, found.name, inline=True)


@access(staff)
@require_GET
def document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A notice or decision of the case."""
    actor = actor_of(request)
    found = cases.case_document(actor, document_id)
    if found.id not in {paper.id for paper in cases.documents_of(actor, case_id)}:
        raise NotFound
    return files.respond(request, found.file_hash, f"{found.title}.pdf", inline=True)
