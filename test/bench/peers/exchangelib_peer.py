"""exchangelib at the command of a benchmark: see peer.ts for what it is told.

Events are counted one by one, where whoever uses the library gets them.
"""

import json
import sys
import threading
import time

from exchangelib import BASIC, DELEGATE, Account, Configuration, Credentials, Version
from exchangelib.properties import NewMailEvent
from exchangelib.version import EXCHANGE_2016

url, user, password = sys.argv[1:]
account = Account(
    user,
    access_type=DELEGATE,
    autodiscover=False,
    config=Configuration(
        service_endpoint=url,
        credentials=Credentials(user, password),
        auth_type=BASIC,
        version=Version(build=EXCHANGE_2016),
        # One for the stream, one for everything else.
        max_connections=2,
    ),
)
inbox = account.inbox
EVENTS = ["NewMailEvent"]
left = 0
before = None
subscription = None
watermark = None


def tell(line):
    print(json.dumps(line), flush=True)


def came(event):
    global left, before
    if not isinstance(event, NewMailEvent) or before is None:
        return
    left -= 1
    if left > 0:
        return
    cpu = time.process_time() - before
    before = None
    tell({"cpu": cpu * 1e6})


def stream():
    id = inbox.subscribe_to_streaming(event_types=EVENTS)
    threading.Thread(target=read_stream, args=(id,), daemon=True).start()
    tell({})


def read_stream(id):
    try:
        for notification in inbox.get_streaming_events(id, connection_timeout=30):
            for event in notification.events:
                came(event)
    except Exception as error:
        tell({"error": repr(error)})


def pull():
    global subscription, watermark
    subscription, watermark = inbox.subscribe_to_pull(event_types=EVENTS, timeout=60)
    tell({})


def count(events):
    global left, before
    left = events
    before = time.process_time()
    tell({})


def read():
    global watermark
    while before is not None:
        for notification in inbox.get_events(subscription, watermark):
            watermark = notification.events[-1].watermark
            for event in notification.events:
                came(event)


operations = {each.__name__: each for each in (stream, pull, count, read)}

for line in sys.stdin:
    order = json.loads(line)
    try:
        operations[order.pop("do")](**order)
    except Exception as error:
        tell({"error": repr(error)})
