"""The one settings file. What differs between installations comes from the environment."""

import contextlib
import os
import re
import zoneinfo
from collections.abc import Iterable
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _folder(name: str, default: Path) -> Path:
    return Path(env.str(name, default=str(default)))


def _yes_or_no(name: str, *, default: bool) -> bool:
    word = env.str(name, default="").strip().lower()
    if word not in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{word}”")
    return word in {"1", "true", "yes", "on"} if word else default


def _number(name: str, *, default: int) -> int:
    digits = env.str(name, default="").strip() or str(default)
    if not (digits.isascii() and digits.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, not “{digits}”")
    return int(digits)


def _one_of(name: str, words: Iterable[str], *, default: str) -> str:
    word = env.str(name, default="") or default
    if word not in words:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(words)}, not “{word}”")
    return word


def _scheme(name: str, schemes: Iterable[str]) -> None:
    """Only the part before "://" is said again: the rest may hold a password."""
    scheme, there, _rest = env.str(name, default="").partition("://")
    if (scheme or there) and not (there and scheme in schemes):
        raise ImproperlyConfigured(f"{name} must begin with one of {', '.join(f'{s}://' for s in schemes)}")


def _zone(name: str, *, default: str) -> str:
    zone = env.str(name, default="") or default
    try:
        zoneinfo.ZoneInfo(zone)
    except (LookupError, ValueError, OSError):
        raise ImproperlyConfigured(f"{name} must be a zone such as Asia/Ho_Chi_Minh, not “{zone}”") from None
    return zone


DATA_DIR = _folder("DATA_DIR", BASE_DIR / "var")
with contextlib.suppress(OSError):  # `read` and `assess` work where nothing may be written
    DATA_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = _yes_or_no("DEBUG", default=False)
# Empty is allowed here so that `read` and `assess` need no environment; Django itself refuses to sign
# anything with an empty key, and feedback.checks names the variable when a server starts without it.
SECRET_KEY = env.str("SECRET_KEY", default="")
HAS_SECRET_KEY = bool(SECRET_KEY)
PORT = _number("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{PORT}").rstrip("/")
if not BASE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("BASE_URL must start with http:// or https://")
_host = BASE_URL.split("://", 1)[1].split("/", 1)[0].rsplit(":", 1)[0]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_host, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "feedback.apps.FeedbackConfig",
    "surveys.apps.SurveysConfig",
    "reviews.apps.ReviewsConfig",
    "feedback.front.apps.FrontConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "feedback.middleware.shop_zone",
    "feedback.middleware.roles_required",
]
ROOT_URLCONF = "feedback.urls"
WSGI_APPLICATION = "feedback.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "feedback.front.context.shop_and_navigation",
            ]
        },
    }
]

_scheme("DATABASE_URL", ("sqlite", "postgres", "postgresql", "psql"))
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'feedback.sqlite3'}")}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 60
SQLITE = _database["ENGINE"].endswith("sqlite3")
_database["CONN_HEALTH_CHECKS"] = not SQLITE  # a file does not go away
if SQLITE:
    # IMMEDIATE: a transaction that will write takes the lock at its start and waits for it, where the
    # default fails at once with "database is locked". WAL: readers never wait for the writer.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        # Pages of the log, 16 MB, after which it is written back: each time costs two syncs of the disk.
        "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32000;",
    }
elif not _database.get("DISABLE_SERVER_SIDE_CURSORS"):
    # What a connection asks for often keeps its plan (feedback.prepared). Not behind a pooler that gives each
    # transaction another connection, which a shop says by DISABLE_SERVER_SIDE_CURSORS in DATABASE_URL.
    _database.setdefault("OPTIONS", {}).setdefault("prepare_threshold", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "feedback.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "today"
PASSWORD_RESET_TIMEOUT = 3600  # seconds; the page of the link says so
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _yes_or_no("SSL_REDIRECT", default=True) and SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if _yes_or_no("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
IMPORT_MAX_BYTES = _number("IMPORT_MAX_BYTES", default=50_000_000)

# Counts failed log-ins and guesses at reward codes; must be shared by all web processes.
_scheme("CACHE_URL", ("filecache", "redis", "rediss", "locmemcache"))
CACHES = {"default": env.cache_url("CACHE_URL", default=f"filecache://{DATA_DIR / 'cache'}")}
# Past its most entries a cache of Django's own drops a third of them, and counters of guesses with them. Its
# usual 300 are made up by strangers in no time.
if CACHES["default"]["BACKEND"].endswith((".FileBasedCache", ".LocMemCache")):
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 5000)
# Sums of a survey's answers, which are large and can be added up anew, must not push those counters out.
CACHES["sums"] = {**CACHES["default"], "KEY_PREFIX": "sums"}
if CACHES["sums"]["BACKEND"].endswith(".FileBasedCache"):
    CACHES["sums"] |= {"LOCATION": f"{CACHES['sums']['LOCATION']}-sums", "OPTIONS": {"MAX_ENTRIES": 200}}

LANGUAGE_CODE = _one_of("LANGUAGE_CODE", ("vi", "en"), default="vi")
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "feedback" / "locale"]
FORMAT_MODULE_PATH = ["feedback.formats"]
USE_I18N = True
USE_TZ = True
# The shop's own zone; a shop row (first-run page) overrides it for pages and daily totals.
TIME_ZONE = _zone("TIME_ZONE", default="Asia/Ho_Chi_Minh")

STATIC_URL = "static/"
STATIC_ROOT = _folder("STATIC_ROOT", DATA_DIR / "static")
WHITENOISE_USE_FINDERS = True
# `collectstatic` leaves a manifest; without one (demo, tests) files are served from where they lie.
_manifest = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _manifest
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"

# Mail: a folder of files unless EMAIL_URL says otherwise (smtp+tls://user:password@host:587).
_scheme("EMAIL_URL", tuple(env.EMAIL_SCHEMES))
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20
# Mail services that may tell of bounces and complaints at /hooks/mail-<service>/, and how they prove it:
# by "user:password" in the address, where the service signs what it says by its key, and Amazon by its topic.
MAIL_HOOKS = env.list("MAIL_HOOKS", default=[])
_can_tell = {
    *("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet"),
    *("postmark", "resend", "sendgrid", "sparkpost"),
}
if strange := set(MAIL_HOOKS) - _can_tell:
    raise ImproperlyConfigured(f"MAIL_HOOKS knows {', '.join(sorted(_can_tell))}, not “{min(strange)}”")
_hook_secret = env.str("MAIL_HOOK_SECRET", default="")
MAIL_HOOK_SIGNING_KEY = env.str("MAIL_HOOK_SIGNING_KEY", default="")
MAIL_HOOK_TOPIC = env.str("MAIL_HOOK_TOPIC", default="")
if MAIL_HOOKS and len(_hook_secret.partition(":")[2]) < 16:
    raise ImproperlyConfigured(
        "MAIL_HOOK_SECRET must be user:password, with 16 characters or more after the “:”"
    )
_signing = {"mailersend", "mailgun", "resend", "sendgrid"} & set(MAIL_HOOKS)
if _signing and not MAIL_HOOK_SIGNING_KEY:
    raise ImproperlyConfigured(f"MAIL_HOOK_SIGNING_KEY must be set: {min(_signing)} signs what it says")
if len(_signing) > 1:
    raise ImproperlyConfigured(
        "MAIL_HOOKS may name one service only of those that MAIL_HOOK_SIGNING_KEY is for"
    )
if "resend" in _signing and not re.fullmatch(r"whsec_[A-Za-z0-9+/]{16,}=*", MAIL_HOOK_SIGNING_KEY):
    raise ImproperlyConfigured("MAIL_HOOK_SIGNING_KEY must begin with whsec_, as Resend shows it")
if "sendgrid" in _signing and not re.fullmatch(r"MFkw[A-Za-z0-9+/]{80,}=*", MAIL_HOOK_SIGNING_KEY):
    raise ImproperlyConfigured("MAIL_HOOK_SIGNING_KEY must be SendGrid's verification key, one line of MFkw…")
if "amazon_ses" in MAIL_HOOKS and not MAIL_HOOK_TOPIC.startswith("arn:aws"):
    raise ImproperlyConfigured("MAIL_HOOK_TOPIC must be the ARN of the SNS topic that Amazon SES tells")
ANYMAIL = {
    "WEBHOOK_SECRET": [_hook_secret],
    "MAILGUN_WEBHOOK_SIGNING_KEY": MAIL_HOOK_SIGNING_KEY,
    "MAILERSEND_SIGNING_SECRET": MAIL_HOOK_SIGNING_KEY,
    "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": MAIL_HOOK_SIGNING_KEY,
    "MAILERSEND_INBOUND_SECRET": MAIL_HOOK_SIGNING_KEY,
}
# Where answers to our mail come in, at /hooks/inbound-<service>/. Its part before the @ gets a plus and the
# thread; a service of MAIL_HOOKS brings what arrives there.
INBOUND_ADDRESS = env.str("INBOUND_ADDRESS", default="").strip().lower()
if INBOUND_ADDRESS and not re.fullmatch(r"[^@+\s]{1,30}@[^@\s]+", INBOUND_ADDRESS):
    raise ImproperlyConfigured("INBOUND_ADDRESS must be an address without “+”, such as answers@shop.example")
_can_bring = {"mailersend", "mailgun", "mailjet", "postmark", "sparkpost"}
if INBOUND_ADDRESS and not _can_bring & set(MAIL_HOOKS):
    raise ImproperlyConfigured(
        f"INBOUND_ADDRESS needs one of {', '.join(sorted(_can_bring))} in MAIL_HOOKS, which brings the mail"
    )
# A gateway that brings text messages to /hooks/inbound-sms/ signs them by it (Standard Webhooks).
SMS_HOOK_SECRET = env.str("SMS_HOOK_SECRET", default="").strip()
_whole = r"whsec_(?:[A-Za-z0-9+/]{4}){5,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
if SMS_HOOK_SECRET and not re.fullmatch(_whole, SMS_HOOK_SECRET):
    raise ImproperlyConfigured("SMS_HOOK_SECRET must be whsec_ and 16 bytes or more in base 64")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shop@localhost")
# Where the "file" review source writes replies for the shop to paste by hand.
OUTBOX_DIR = _folder("OUTBOX_DIR", DATA_DIR / "outbox")
# What opens the sources of reviews, by name: SOURCE_<SHORT NAME>_KEY and so on (docs/sources.md).
SOURCE_SECRETS = {
    name: value
    for name, value in os.environ.items()
    if name.startswith("SOURCE_") and name.endswith(("_KEY", "_SECRET", "_REPLY_PASSWORD"))
}
# Hosts of sources that may be reached by http and at inner addresses; everything else is https to the world.
SOURCE_LOCAL_HOSTS = env.list("SOURCE_LOCAL_HOSTS", default=[])

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "feedback.api_access.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["feedback.api_access.HasScope"],
    # Programs get JSON, people /api/v1/: the framework's own pages break our Content-Security-Policy.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["feedback.api_access.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "NUM_PROXIES": 1 if _yes_or_no("BEHIND_PROXY", default=False) else 0,
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "feedback.api_errors.ErrorAnswer"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Feedback API",
    "DESCRIPTION": "Orders and reviews in, rewards checked and redeemed, theme trends out.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # The error words of drf_standardized_errors under their own names, or the schema invents some.
    "POSTPROCESSING_HOOKS": ["drf_standardized_errors.openapi_hooks.postprocess_schema_enums"],
    "ENUM_NAME_OVERRIDES": {
        f"{name}Enum": f"drf_standardized_errors.openapi_serializers.{name}Enum.choices"
        for name in (
            *("ValidationError", "ClientError", "ServerError"),
            *(f"ErrorCode{code}" for code in (401, 403, 404, 405, 406, 415, 429, 500)),
        )
    }
    | {"RecordStatusEnum": ["created", "updated", "unchanged", "error"]},  # of reviews and of contacts
}

# Jobs, by dotted path, in the order in which `sweep` runs them. Each is a feedback.leases.Job.
JOBS = [
    "reviews.tasks.FETCH_REVIEWS",
    "reviews.tasks.READ_REVIEWS_AGAIN",
    "feedback.tasks.READ_COMMENTS",
    "reviews.tasks.ANSWER_REVIEWS",
    "feedback.tasks.DECIDE_CASES",
    "feedback.tasks.ESCALATE_CASES",
    "feedback.tasks.REMIND_OF_PROMISES",
    "reviews.tasks.PUBLISH_REPLIES",
    "reviews.tasks.CHECK_REPLIES",
    "surveys.tasks.RELEASE_REWARDS",
    "surveys.tasks.EXPIRE_REWARDS",
    "surveys.tasks.NOTE_BOUNCES",
    "surveys.tasks.ASK_BY_PLAN",
    "surveys.tasks.IMPORT_ANSWERS",
    "feedback.tasks.IMPORT_ORDERS",
    "feedback.tasks.IMPORT_CONTACTS",
    "feedback.tasks.PULL_ORDERS",
    "feedback.tasks.WORK_ON_DELIVERIES",
    "feedback.tasks.LOOK_FOR_QUIET_STORES",
    "surveys.tasks.COUNT_ANSWERS",
    "surveys.tasks.PLAN_COUPONS",
    "surveys.tasks.MAKE_COUPONS",
    "surveys.tasks.LOOK_AT_COUPONS",
    "surveys.tasks.SEND_INVITATIONS",
    "surveys.tasks.REMIND_OF_INVITATIONS",
    "reviews.tasks.ASK_IN_PUBLIC",
    "reviews.tasks.SEND_PUBLIC_INVITATIONS",
    "feedback.tasks.ANSWER_DATA_ASKED",
    "feedback.tasks.SEND_MAIL",
    "feedback.tasks.TRAIN_READER",
    "feedback.tasks.COUNT_COMBINATIONS",
    "feedback.tasks.READ_ANEW",
    "feedback.tasks.TRY_POLICIES",
    "feedback.tasks.KEEP_NO_LONGER",
    "feedback.tasks.ERASE_PEOPLE",
    "feedback.tasks.FIND_DEFECTIONS",
    "feedback.tasks.LOOK_FOR_ALERTS",
    "feedback.tasks.FIND_IMPACT",
    "feedback.tasks.FIND_TENURE",
    "feedback.tasks.FIND_EXPECTED",
    "feedback.tasks.FIND_LEAVING",
    "feedback.tasks.LOOK_FOR_MISSED_THEMES",
    "feedback.tasks.READ_ANEW_FOR_NEW_THEMES",
    "feedback.front.headlines.FIND",
    "feedback.front.digest.SEND",
]
# What keeps something of a reading, by dotted path: called with comments that read otherwise now.
READINGS_FOLLOWED_BY = ["reviews.listing.follow"]
# What shows words whose author allows it, by dotted path: called when they do, and when they no longer do.
PERMISSIONS_FOLLOWED_BY = ["reviews.showing.follow"]
# What an erasure does beside emptying columns. Each is a feedback.erasure.Part.
FORGETTING = ["feedback.forgetting.PART", "surveys.forgetting.PART", "reviews.forgetting.PART"]
# What is let go when its time is over, as tuples of feedback.retention.Rule, and what shows that a customer
# still is one, as tuples of feedback.lapsed.Sign.
RETENTION = ["feedback.keeping.RULES", "surveys.keeping.RULES", "reviews.keeping.RULES"]
SIGNS_OF_LIFE = ["feedback.lapsed.SIGNS", "surveys.keeping.SIGNS", "reviews.keeping.SIGNS"]
# Years after the last order, word or call: then a customer is erased as if they had asked (docs/privacy.md).
CUSTOMER_YEARS = _number("CUSTOMER_YEARS", default=3)
if not 1 <= CUSTOMER_YEARS <= 30:
    raise ImproperlyConfigured("CUSTOMER_YEARS must be from 1 to 30")
_scheme("CELERY_BROKER_URL", ("redis", "rediss", "amqp", "amqps"))
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "feedback.logs.LineFormatter"}},
    "filters": {"strangers": {"()": "feedback.logs.StrangersDoing"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["strangers"]},
    },
    "root": {
        "handlers": ["console"],
        "level": _one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"),
    },
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # It warns of every HEAD: Django leaves it to the server to drop the body, and gunicorn does.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
