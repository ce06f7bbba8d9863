"""Takes the steps of a client of Kerberos with the ticket that there is, as the npm package "kerberos" does.

Reads lines {"service": "HTTP@host"} or {"step": token in base64}; answers each with {"token": base64, "complete": bool}
or {"error": text}. Ends with its standard input.
"""

import base64
import json
import sys

import gssapi

SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
context = None

for line in sys.stdin:
    asked = json.loads(line)
    try:
        if "service" in asked:
            name = gssapi.Name(asked["service"], gssapi.NameType.hostbased_service)
            context = gssapi.SecurityContext(name=name, mech=SPNEGO, usage="initiate")
            answer = {}
        else:
            token = context.step(base64.b64decode(asked["step"]) or None)
            answer = {"token": base64.b64encode(token or b"").decode(), "complete": context.complete}
    except gssapi.exceptions.GSSError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
