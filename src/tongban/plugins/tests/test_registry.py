"""Registries, and the state of every adapter."""

from typing import Any

import pytest

from tongban.plugins import registry as module
from tongban.plugins.service import Plugin, Problem, Registry, all_registries, states


class Good(Plugin):
    identifier, verbose_name = "good", "Good"


class Broken(Plugin):
    identifier, verbose_name = "broken", "Broken"

    def check_config(self) -> list[Problem]:
        raise RuntimeError("no wire")


class Warned(Plugin):
    identifier, verbose_name = "warned", "Warned"

    def check_config(self) -> list[Problem]:
        return [Problem("soon", "expires soon", fatal=False)]


class Off(Broken):
    identifier, enabled = "off", False


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry[Plugin]:
    monkeypatch.setattr(module, "_registries", {})
    return Registry("wires", "Wires")


def test_plugins_are_found_by_identifier(registry: Registry[Plugin]) -> None:
    good = registry.register(Good())
    assert registry.get("good") is good
    assert list(registry) == [good]
    assert all_registries() == (registry,)
    with pytest.raises(KeyError, match="known: good"):
        registry.get("bad")
    with pytest.raises(ValueError, match="taken"):
        registry.register(Good())
    with pytest.raises(ValueError, match="already"):
        Registry("wires", "Again")


def test_a_broken_adapter_hides_nobody(registry: Registry[Plugin]) -> None:
    for plugin in (Broken(), Good(), Warned(), Off()):
        registry.register(plugin)
    found = {state.identifier: state for state in states()}
    assert not found["broken"].ok
    assert "no wire" in found["broken"].problems[0].message
    assert found["good"].ok
    assert found["warned"].ok
    assert found["warned"].problems
    assert found["off"].problems == ()
    assert not found["off"].enabled


def test_the_notice_adapters_say_when_they_cannot_work(settings: Any) -> None:
    def problem(identifier: str) -> str:
        here = [s for s in states() if s.identifier == identifier]
        return here[0].problems[0].code if here[0].problems else ""

    assert (problem("http_sms"), problem("smtp")) == ("sandbox", "sandbox")
    settings.SANDBOX = False
    assert (problem("http_sms"), problem("smtp")) == ("sandbox_off", "sandbox_off")
    settings.NOTICES_SMS_URL = "http://sms.example.org/"
    assert problem("http_sms") == "insecure"
    settings.NOTICES_SMS_URL = "https://sms.example.org/"
    assert problem("http_sms") == "no_key"
    settings.NOTICES_SMS_KEY = "k"
    assert problem("http_sms") == ""
    settings.NOTICES_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert problem("smtp") == "unreachable"
