"""Settings. Everything that differs between sites comes from the environment; see docs/operations.md."""

import os
from pathlib import Path

import dj_database_url

ROOT = Path(os.environ.get("TONGBAN_ROOT", Path(__file__).resolve().parents[2]))
VAR = Path(os.environ.get("TONGBAN_VAR", ROOT / "var"))


def env_flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in ("1", "true", "yes")


DEBUG = env_flag("TONGBAN_DEBUG")
# Sandbox servers, the demo inbox page and demo accounts exist only where this is on.
SANDBOX = env_flag("TONGBAN_SANDBOX", default=True)
# How sure (0–1) an instant reply must be; below it the question goes to a person. Higher: less that is wrong,
# more work for duty staff. docs/assist.md says what each value costs on the questions it was measured with.
ASSIST_SURE = float(os.environ.get("TONGBAN_ASSIST_SURE", "0.5"))

# Open data: the least group of persons that may be shown (2 or more), working days within which a public
# request for data is answered (no law names them), and calls of the query API a minute from one address.
OPENDATA_K = int(os.environ.get("TONGBAN_OPENDATA_K", "5"))
OPENDATA_ANSWER_DAYS = int(os.environ.get("TONGBAN_OPENDATA_ANSWER_DAYS", "20"))
OPENDATA_CALLS = int(os.environ.get("TONGBAN_OPENDATA_CALLS", "120"))

# Whose stewards see that every department checks its data, and working days there are for an answer (no law
# names them).
DATA_OFFICE = os.environ.get("TONGBAN_DATA_OFFICE", "shuju")
CHECK_DAYS = int(os.environ.get("TONGBAN_CHECK_DAYS", "10"))
# Data quality: seconds after a change until it is counted, and the values a public figure is of at least.
QUALITY_SETTLE_SECONDS = int(os.environ.get("TONGBAN_QUALITY_SETTLE_SECONDS", "2"))
QUALITY_PUBLIC_LEAST = int(os.environ.get("TONGBAN_QUALITY_PUBLIC_LEAST", "100"))

# Where the departments' files for the batch engine are laid, and where its runs leave what they chose.
DEPARTMENTS_ROOT = Path(os.environ.get("TONGBAN_DEPARTMENTS", VAR / "departments"))
RUNS_ROOT = Path(os.environ.get("TONGBAN_RUNS", VAR / "runs"))
SPARK_MASTER = os.environ.get("TONGBAN_SPARK_MASTER", "")  # as Spark writes it; empty: DuckDB only
RUNS_KEPT = int(os.environ.get("TONGBAN_RUNS_KEPT", "5"))  # finished runs whose files stay


def _secret_key() -> str:
    """The site's key from the environment, or one made at first run and kept in ``var/keys``."""
    if key := os.environ.get("TONGBAN_SECRET_KEY"):
        return key
    from tongban.kit.secrets import kept_secret

    return kept_secret(VAR / "keys" / "django.key")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("TONGBAN_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
BASE_URL = os.environ.get("TONGBAN_BASE_URL", "http://localhost:8000")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Origins (https://host[:port]) that departments may have changes of golden values sent to.
SUBSCRIBERS = [one for one in os.environ.get("TONGBAN_SUBSCRIBERS", "").split(",") if one]
SUBSCRIBER_SECONDS = 10.0  # that a subscriber may take to answer
# host:port of departments' databases that may be read as sources.
SOURCE_DATABASES = [one for one in os.environ.get("TONGBAN_SOURCE_DATABASES", "").split(",") if one]
SOURCE_LOOK_SECONDS = 8.0  # that a statement may take while somebody waits for the page
SOURCE_READ_SECONDS = 300.0  # that one may take in the background

ROOMS = [
    "plugins", "divisions", "trace", "notices", "identity", "organisations", "files", "documents",
    "resources", "stewardship", "quality", "items", "alignment", "licences", "guidance", "cases", "packages",
    "assist", "wechat", "inventory", "opendata", "portal", "workbench", "api", "demo", "ops",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "tongban.kit.apps.Config",
    *(f"tongban.{room}.apps.Config" for room in ROOMS),
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.ops.requests.RequestLogMiddleware",
    "tongban.opendata.cors.OpenReadsMiddleware",
    "tongban.kit.plaintext.PlainTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tongban.identity.middleware.ActorMiddleware",
    "tongban.kit.middleware.AccessMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "tongban.urls"
WSGI_APPLICATION = "tongban.wsgi.application"
# Who may open what our decorator cannot reach: third-party views and the API. Longest prefix wins.
TONGBAN_URL_FAMILIES = {
    "/static/": "public",
    "/api/v1/": "signed_in",
    "/api/v1/openapi.json": "public",
    "/api/v1/items": "public",
    "/api/v1/codes": "public",
    "/api/v1/catalogue": "public",
    "/api/v1/open": "public",
    "/api/v1/divisions": "public",
    "/api/v1/licences/check": "public",
    "/api/v1/sources": "public",  # each feed proves itself by its key
    "/api/v1/assist/replies": "public",
    "/api/v1/assist/handovers": "public",
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tongban.kit.context.page",
                "tongban.workbench.context.page",
                "tongban.portal.context.header",
            ],
            "builtins": ["django.templatetags.i18n", "tongban.kit.templatetags.kit"],
        },
    }
]

DATABASES = {
    "default": {
        **dj_database_url.parse(
            os.environ.get("DATABASE_URL", "postgresql://tongban@127.0.0.1:5432/tongban"),
            conn_max_age=int(os.environ.get("TONGBAN_CONN_MAX_AGE", "600")),
            conn_health_checks=True,
        ),
        "TEST": {"NAME": os.environ.get("TONGBAN_TEST_DB", "test_tongban")},
    }
}
# Sign-in codes and rate limits must be seen by every process: the cache lives in the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kit_cache"},
}
PROCRASTINATE_ON_APP_READY = "tongban.ops.jobs.configure"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# Chinese is the source language of the interface: message ids are Chinese, English is the catalogue.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STATIC_ROOT = VAR / "static"
FILES_ROOT = VAR / "files"
KEYS_ROOT = VAR / "keys"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without files
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; larger uploads go to disk
UPLOAD_MAX_BYTES = 20 * 1024 * 1024  # bytes of one uploaded material
IMPORT_KEEP_DAYS = int(os.environ.get("TONGBAN_IMPORT_KEEP_DAYS", "30"))  # of unused uploads
FILE_UPLOAD_HANDLERS = [
    "tongban.files.uploads.CeilingUploadHandler",  # first: drops what is above UPLOAD_MAX_BYTES
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

from tongban.identity.settings import *  # noqa: E402, F403  (sign-in settings live with their room)
from tongban.notices.settings import *  # noqa: E402, F403
from tongban.ops.logging import LOGGING  # noqa: E402, F401
