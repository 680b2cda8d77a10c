"""Pages of other sites may read what is open to everybody (Fetch standard, CORS)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

OPEN = ("/api/v1/open/", "/open/datasets/", "/open/catalog")
READS = ("GET", "HEAD", "OPTIONS")


class OpenReadsMiddleware:
    """Lets any origin read the open addresses, without cookies; errors too, so that they can be shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in READS or not request.path.startswith(OPEN):
            return self.get_response(request)
        preflight = request.method == "OPTIONS" and "access-control-request-method" in request.headers
        response = HttpResponse(status=204) if preflight else self.get_response(request)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Content-Range, Content-Length, Link"
        if preflight:
            response["Access-Control-Allow-Methods"] = ", ".join(READS)
            response["Access-Control-Allow-Headers"] = "Accept, Range, If-None-Match, If-Range"
            response["Access-Control-Max-Age"] = "86400"
        return response
