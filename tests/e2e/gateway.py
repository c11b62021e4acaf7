# SPDX-License-Identifier: Apache-2.0
"""A message gateway as Anbu sees it: a webhook that is told events, and answers that it signs."""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import threading
import time

KEY = b"a key of thirty-two bytes, no less"


def secret(world):
    """The file with KEY, as sinks and answers name it."""
    return world.write("secret", "whsec_%s\n" % base64.b64encode(KEY).decode())


class Gateway:
    """Keeps the events that it is told: while its `status` is a good one."""

    def __init__(self):
        self.events = []
        self.status = 204
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.status < 300:
                    outer.events.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def answer(daemon, number, key=KEY, **said):
    """As the gateway posts it; returns status and body."""
    with open(os.path.join(daemon.data, "console.address")) as file:
        address = file.read().strip()
    body = json.dumps(said).encode()
    now = str(int(time.time()))
    signed = b"%s.%s.%s" % (number.encode(), now.encode(), body)
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("POST", "/api/v1/answers", body, {
        "Content-Type": "application/json", "webhook-id": number, "webhook-timestamp": now,
        "webhook-signature": "v1," + mac})
    response = connection.getresponse()
    found = response.status, json.loads(response.read())
    connection.close()
    return found
