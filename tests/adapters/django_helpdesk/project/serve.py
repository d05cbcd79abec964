"""Make the database, the people and the queue, then serve on a free port of this machine and print the port.

Arguments: a fixture of custom fields to load, as an admin would with ``loaddata``; a folder in which mail arrives.
Each line of standard input is a management command to run, as cron would; it is answered with a line.
"""

import os
import sys
import threading
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"


def main() -> None:
    """Run until standard input ends."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    call_command("loaddata", sys.argv[1], verbosity=0)
    _people(sys.argv[2])

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_args) -> None:
            """Say nothing."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    site = get_internal_wsgi_application()

    def dated(environ, start_response):
        """Answer with the site's time, as a machine whose clock is ahead would."""

        def start(status, headers, *more):
            return start_response(status, [*headers, ("Date", format_datetime(timezone.now(), usegmt=True))], *more)

        return site(environ, start)

    server.set_app(dated)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say(str(server.server_port))
    for line in sys.stdin:
        call_command(line.strip(), verbosity=0)
        _say("done")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _people(mail: str) -> None:
    """Make an agent, our own user with its token, and one queue that customers may write to."""
    from django.contrib.auth.models import User
    from helpdesk.models import Queue
    from rest_framework.authtoken.models import Token

    User.objects.create_superuser("agent", "agent@desk.test", "agent")
    us = User.objects.create_user("sidecar", "sidecar@desk.test", "sidecar", is_staff=True)
    Token.objects.create(user=us, key=os.environ["DESK_TOKEN"])
    Queue.objects.create(
        title="Support",
        slug="support",
        email_address="support@desk.test",
        allow_public_submission=True,
        allow_email_submission=True,
        email_box_type="local",
        email_box_local_dir=mail,
        email_box_interval=0,
        escalate_days=1,
    )


if __name__ == "__main__":
    main()
