"""Forms: a JSON Schema 2020-12 whose properties name data elements, and the pages it is asked on."""

from tongban.items.forms.answers import clean_answers, validate_answers, visible_fields
from tongban.items.forms.definition import form_problems
from tongban.items.forms.posted import read_answers

__all__ = ["clean_answers", "form_problems", "read_answers", "validate_answers", "visible_fields"]
