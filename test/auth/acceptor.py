"""Accepts NTLM with gss-ntlmssp, which is neither ours nor Microsoft's, and passes on to an EWS who has proved it.

Started with JSON: {"to": URL, "user": name, "password": password, "cert": file, "key": file, "hash": name}; cert, key
and hash are left out for plain HTTP. "hash" is that of the certificate's signature: with it, channel bindings are
checked. Prints its port, then a line for each sign-in: {"accepted": name} or {"refused": why}. Ends with its standard
input. gss-ntlmssp takes names and passwords from the file that NTLM_USER_FILE names.
"""

import base64
import hashlib
import http.client
import http.server
import json
import ssl
import sys
import threading
import urllib.parse

import gssapi
from gssapi.raw import ChannelBindings

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SETTINGS = json.loads(sys.argv[1])
TO = urllib.parse.urlsplit(SETTINGS["to"])
LOCK = threading.Lock()


def tell(**what):
    with LOCK:
        print(json.dumps(what), flush=True)


def bindings():
    if "hash" not in SETTINGS:
        return None
    with open(SETTINGS["cert"], encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    return ChannelBindings(application_data=b"tls-server-end-point:" + hashlib.new(SETTINGS["hash"], der).digest())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.context = None
        self.known = False

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        authorization = self.headers.get("Authorization", "")
        if authorization.startswith("NTLM "):
            if not self.accept(base64.b64decode(authorization[5:])):
                return
        elif not self.known:
            self.refuse("Negotiate", "NTLM")
            return
        self.forward(body)

    def accept(self, token):
        if self.context is None:
            credentials = gssapi.Credentials(usage="accept", mechs=[NTLM])
            self.context = gssapi.SecurityContext(creds=credentials, usage="accept", channel_bindings=bindings())
        try:
            answer = self.context.step(token)
        except gssapi.exceptions.GSSError as error:
            tell(refused=str(error))
            self.context = None
            self.refuse("Negotiate", "NTLM")
            return False
        if not self.context.complete:
            self.refuse("NTLM " + base64.b64encode(answer).decode())
            return False
        tell(accepted=str(self.context.initiator_name))
        self.context = None
        self.known = True
        return True

    def refuse(self, *offers):
        self.send_response(401)
        for offer in offers:
            self.send_header("WWW-Authenticate", offer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def forward(self, body):
        pair = f"{SETTINGS['user']}:{SETTINGS['password']}".encode()
        headers = {"Authorization": "Basic " + base64.b64encode(pair).decode(), "Content-Type": "text/xml"}
        onward = http.client.HTTPConnection(TO.hostname, TO.port)
        onward.request("POST", self.path, body, headers)
        answer = onward.getresponse()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type") or "text/xml")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")
        onward.close()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Clients come and go.
        pass


server = Server(("127.0.0.1", 0), Handler)
if "cert" in SETTINGS:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SETTINGS["cert"], SETTINGS["key"])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
tell(port=server.server_port)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
