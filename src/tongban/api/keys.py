"""The key that makes a change happen once, however often it is sent."""

from tongban.kit.errors import invalid


def once(header: str | None) -> str:
    """The Idempotency-Key of a request. Raises Invalid when it is missing or longer than 64 characters."""
    if not header or len(header) > 64:
        raise invalid(
            "Idempotency-Key", "required", "请在请求头 Idempotency-Key 中给出 1 至 64 个字符的幂等键"
        )
    return header
