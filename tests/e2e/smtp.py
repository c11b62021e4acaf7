# SPDX-License-Identifier: Apache-2.0
"""A small honest SMTP server (RFC 5321): STARTTLS, AUTH PLAIN, and answers that a test chooses. The
standard library has had none since Python 3.12."""
import base64
import email
import email.policy
import socketserver
import ssl
import threading


class Server:
    """Keeps every message that it has taken. `answers` is asked for each recipient and each body:
    a function (command, address) -> status or None for yes."""

    def __init__(self, host="127.0.0.1", tls=None, implicit=False, login=None,
                 answers=lambda command, address: None, hang=False):
        self.tls, self.implicit, self.login = tls, implicit, login
        self.answers, self.hang = answers, hang
        self.taken, self.commands, self.connections = [], [], 0
        self.lock = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                Talk(outer, self.request).run()

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

            def handle_error(self, request, client_address):
                pass  # a client that goes away in the middle is part of the tests
        self.listener = Listener((host, 0), Handler)
        self.address = "%s:%d" % (host, self.listener.server_address[1])
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def messages(self, to=None):
        with self.lock:
            return [message for one, message in self.taken if to in (None, one)]

    def ids(self, to=None):
        return [message["Message-ID"] for message in self.messages(to)]


class Talk:
    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.secure, self.known = False, False
        self.sender, self.recipients = None, []
        self.file = connection.makefile("rb")

    def say(self, status, text="ok"):
        self.connection.sendall(b"%d %s\r\n" % (status, text.encode()))

    def encrypt(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server.tls)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")
        self.secure = True

    def run(self):
        with self.server.lock:
            self.server.connections += 1
        if self.server.hang:
            self.file.read()
            return
        if self.server.implicit:
            self.encrypt()
        self.say(220, "ready")
        while True:
            line = self.file.readline(1000)
            if not line:
                return
            words = line.decode("ascii").rstrip("\r\n").split(" ", 1)
            command = words[0].upper()
            with self.server.lock:
                self.server.commands.append(command)
            if command == "QUIT":
                self.say(221)
                return
            getattr(self, "on_" + command.lower(), self.unknown)(words[1] if words[1:] else "")

    def unknown(self, _):
        self.say(502, "not here")

    def on_ehlo(self, _):
        offers = ["8BITMIME"]
        if self.server.tls and not self.secure:
            offers.append("STARTTLS")
        if self.server.login and (self.secure or not self.server.tls):
            offers.append("AUTH PLAIN")
        lines = ["here"] + offers
        for line in lines[:-1]:
            self.connection.sendall(b"250-%s\r\n" % line.encode())
        self.say(250, lines[-1])

    def on_starttls(self, _):
        self.say(220, "go on")
        self.encrypt()

    def on_auth(self, rest):
        words = rest.split(" ")
        if len(words) == 1:
            self.say(334, "")
            words.append(self.file.readline(1000).decode("ascii").strip())
        given = base64.b64decode(words[1]).split(b"\0")[1:]
        self.known = given == [word.encode() for word in self.server.login or ()]
        self.say(235 if self.known else 535)

    def on_mail(self, rest):
        if self.server.login and not self.known:
            self.say(530, "sign in first")
            return
        self.sender, self.recipients = rest, []
        self.say(250)

    def on_rcpt(self, rest):
        address = rest[rest.index("<") + 1:rest.index(">")]
        status = self.server.answers("RCPT", address)
        if not status:
            self.recipients.append(address)
        self.say(status or 250)

    def on_data(self, _):
        if not self.recipients:
            self.say(503, "nobody to send it to")
            return
        self.say(354, "go on")
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                return
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        status = self.server.answers("DATA", self.recipients[0])
        if not status:
            message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            with self.server.lock:
                self.server.taken += [(address, message) for address in self.recipients]
        self.say(status or 250)

    def on_rset(self, _):
        self.say(250)

    on_noop = on_rset
