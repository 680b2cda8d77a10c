"""What the person is told about a package; once for each occasion."""

from tongban.identity import service as identity
from tongban.notices import service as notices
from tongban.packages.models import Filing


def tell(filing: Filing, what: str, sentence: str, **values: str) -> None:
    """A notice to everybody behind the applicant; joins the caller's transaction."""
    words = sentence % {"name": filing.name, "number": filing.number or "", **values}
    for recipient in identity.recipients_for_subject(filing.applicant_id):
        notices.send(
            recipient,
            f"package.{what.split(':', maxsplit=1)[0]}",
            filing.name,
            words,
            link=f"/packages/filings/{filing.id}/",
            key=f"package:{filing.id}:{what}:{recipient.account_id}"[:200],
        )
