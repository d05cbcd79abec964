"""The settings of the test site, as an admin would write them; addresses and database come by the environment."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

CLOCK = Path(os.environ["DESK_CLOCK"])  # a file with the seconds by which this site's clock is ahead


def now():
    """Return the site's time: the tests move it, the program does not know."""
    return datetime.now(UTC) + timedelta(seconds=float(CLOCK.read_text()))


timezone.now = now  # before any model takes it as a default

SECRET_KEY = os.environ["DESK_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
ROOT_URLCONF = "project.urls"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
LANGUAGE_CODE = "en"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["DESK_DATABASE"],
        "OPTIONS": {"timeout": 20},
        "ATOMIC_REQUESTS": bool(os.environ.get("DESK_ATOMIC")),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: the tests log in often
SITE_ID = 1
STATIC_URL = "/static/"
LOGIN_URL = "/login/"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.humanize",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ]
}
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_PRIVATE_FOLLOWUP_MEANS_NO_EMAILS = True


def _hook():
    return [os.environ["DESK_HOOK"]]


HELPDESK_GET_NEW_TICKET_WEBHOOK_URLS = _hook
HELPDESK_GET_FOLLOWUP_WEBHOOK_URLS = _hook
