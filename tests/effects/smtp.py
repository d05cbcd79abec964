"""A mail server that keeps what it is given, on a free port of this machine; faults on demand."""

import base64
import socket
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

DROP = "drop"  # an answer that is none: the connection ends


@dataclass(frozen=True)
class Received:
    """One mail as it came."""

    message: EmailMessage
    to: tuple[str, ...]
    encrypted: bool
    login: str | None


class MailSink:
    """Speaks as much SMTP as clients need. ``answers`` holds, by verb, what to answer instead, once each.

    Args:
        tls: off, starttls or implicit, with ``certificate`` (one file with the key).
        login: ``user:password``, where one is needed.
    """

    def __init__(self, tls: str = "off", certificate: Path | None = None, login: str | None = None) -> None:
        self.received: list[Received] = []
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.sessions = 0
        self._tls, self._login, self._context = tls, login, None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    @property
    def ids(self) -> list[str]:
        """The Message-IDs, in order, repeated ones too."""
        return [str(each.message["Message-ID"]) for each in self.received]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.sessions += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls == "implicit" and self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            _Session(self, connection, self._tls, self._login, self._context).run()
        except (OSError, ValueError):
            return  # the client went away, or did not trust us
        finally:
            connection.close()


class _Session:
    def __init__(self, sink: MailSink, connection: Any, tls: str, login: str | None, context: Any) -> None:
        self.sink, self.connection, self.context = sink, connection, context
        self.encrypted, self.offers_tls, self.login = tls == "implicit", tls == "starttls", login
        self.user: str | None = None
        self.to: list[str] = []
        self.file = connection.makefile("rb")

    def run(self) -> None:
        if not self.say("CONNECT", "220 sink"):
            return
        while line := self.file.readline():
            verb = line.split()[0].decode().upper().rstrip(":")
            if not self.act(verb, line.decode().strip()):
                return

    def say(self, verb: str, usual: str) -> bool:
        scripted = self.sink.answers[verb]
        answer = scripted.pop(0) if scripted else usual
        if answer == DROP:
            return False
        self.connection.sendall(answer.encode() + b"\r\n")
        return answer[0] in "23"

    def act(self, verb: str, line: str) -> bool:
        match verb:
            case "EHLO" | "HELO":
                offers = ["STARTTLS"] if self.offers_tls and not self.encrypted else []
                offers += ["AUTH PLAIN"] if self.login else []
                lines = ["sink", *offers]
                reply = "\r\n".join(f"250{'-' if n < len(lines) else ' '}{each}" for n, each in enumerate(lines, 1))
                self.say(verb, reply)
            case "STARTTLS":
                self.say(verb, "220 go ahead")
                self.connection = self.context.wrap_socket(self.connection, server_side=True)
                self.file, self.encrypted = self.connection.makefile("rb"), True
            case "AUTH":
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self.user = user
                self.say(verb, "235 welcome" if f"{user}:{password}" == self.login else "535 wrong")
            case "RCPT":
                if self.say(verb, "250 ok"):
                    self.to.append(line.partition("<")[2].partition(">")[0])
            case "DATA":
                return self.say(verb, "354 go") and self.data()
            case "QUIT":
                self.say(verb, "221 bye")
                return False
            case _:
                self.say(verb, "250 ok")
        return True

    def data(self) -> bool:
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".").replace(b"\r\n", b"\n"))
        scripted = self.sink.answers["END"]
        if not scripted or scripted[0] == DROP:  # a server may take a mail and fail to say so
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.sink.received.append(Received(message, tuple(self.to), self.encrypted, self.user))
        return self.say("END", "250 taken") or bool(scripted)
