"""django-helpdesk's words and ours, as tables. Source of each: README.md in this folder."""

import re

from core.ticket import Status

PLATFORM = "django_helpdesk"

STATUSES = {
    1: Status.OPEN,
    2: Status.OPEN,  # reopened
    3: Status.SOLVED,  # resolved
    4: Status.CLOSED,
    5: Status.CLOSED,  # duplicate
}
FIRST_STATUS = 1

PRIORITIES = {1: "P1", 2: "P2", 3: "P3", 4: "P4", 5: "P4"}

# Titles that the program gives to follow-ups of its own, in the language of whoever caused them: the only trace that
# the API shows of them. A language that has no translation of its own uses the English one.
HELD_TITLES = frozenset(
    {
        "Ticket placed on hold",
        "Ticket colocado em espera",
        "Ticket mis en pause",
        "Ticket pozdržen",
        "Ticket puesto en espera",
        "Ticket sospeso",
        "Ticket zurückgehalten",
        "Tukipyyntö asetettu pitoon",
        "Zgłoszenia wstrzymane",
        "Тикет удерживается",
        "待定工单",
    }
)
RELEASED_TITLES = frozenset(
    {
        "Ticket taken off hold",
        "Ticket Retomado",
        "Ticket liberado",
        "Ticket repris",
        "Ticket ripristinato",
        "Ticket wieder freigegeben",
        "Ticket znovu aktivní",
        "Tukipyyntö otettu pidosta",
        "Zgłoszenia zdjęte z listy wstrzymanych",
        "Удержание тикета снято",
        "从暂停区拿走的工单",
    }
)
OPENED_TITLE = "Ticket Opened"  # or that with "& Assigned to …"
OPENED_BY_WEB_TITLES = frozenset(
    {
        "Ticket Opened Via Web",
        "Bilet web üzerinden açıldı",
        "Billet ouvert via le Web",
        "Sak åpnet via nettportalen",
        "Slučaj otvoren na webu",
        "Ticket aberto Via Web",
        "Ticket abierto via web",
        "Ticket abierto vía web",
        "Ticket aperto via web",
        "Ticket založen prostřednictvím webového formuláře.",
        "Ticket über das Web geöffnet",
        "Tukipyyntö jätetty webin kautta",
        "Zgłoszenie otwarto przez stronę WWW",
        "Тикет открыт через Web",
        "تم فتح تذكرة الدعم عن طريق الويب",
        "تیکت از طریق وب باز شده است.",
        "工单已通过web打开",
    }
)
ESCALATED_TITLE = "Ticket Escalated"  # by the command escalate_tickets; translated nowhere
MERGED_TITLE = re.compile(r"\[(?:Merged from|Zusammengeführt von|Fusionné depuis) #\d+\]")
COPIED_TITLE = re.compile(r"Copied from ticket #\d+: ")

MARKER = re.compile(r"\[sla-sidecar: ([^\]]+)\]")
WEBHOOK_USER = "sidecar"  # the user name in the webhook's address; the secret is its password
CUSTOM_PREFIX = "custom_"
TEXT_TYPES = frozenset({"string"})  # of custom fields, as the API describes them
NO_VALUE = "-"  # a text field that held something cannot be emptied by the API: neither "" nor null is taken
