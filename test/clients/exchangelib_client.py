"""exchangelib at the command of a test: a request is a line of JSON on stdin, answered by a line of JSON on stdout.

What comes by a stream, and how the stream ends, are lines of their own in between.
"""

import json
import sys
import threading

from exchangelib import BASIC, DELEGATE, Account, Configuration, Credentials, EWSDateTime, Version
from exchangelib.properties import ItemId, StatusEvent
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
watermarks = {}
writing = threading.Lock()


def tell(line):
    with writing:
        print(json.dumps(line), flush=True)


def error_of(error):
    return {"name": type(error).__name__, "message": str(error)}


def id_of(thing):
    return None if thing is None else thing.id


def isoformat(time):
    return None if time is None else time.isoformat()


def events_of(notification):
    return [
        {
            "type": type(event).__name__.removesuffix("Event"),
            "item": id_of(event.item_id),
            "folder": id_of(event.folder_id),
            "oldItem": id_of(getattr(event, "old_item_id", None)),
            "time": isoformat(event.timestamp),
        }
        for event in notification.events
        if not isinstance(event, StatusEvent)
    ]


def message(item):
    return {
        "id": item.id,
        "subject": item.subject,
        "from": item.sender.email_address,
        "received": isoformat(item.datetime_received),
        "isRead": item.is_read,
    }


def folders():
    top = account.msg_folder_root.absolute + "/"
    return [
        {"id": folder.id, "path": folder.absolute.removeprefix(top), "count": folder.total_count}
        for folder in account.msg_folder_root.walk()
    ]


def items(since=None):
    found = inbox.all() if since is None else inbox.filter(datetime_received__gte=EWSDateTime.fromisoformat(since))
    return [message(item) for item in found.order_by("-datetime_received")]


def item(id):
    [found] = account.fetch([ItemId(id=id)])
    if isinstance(found, Exception):
        raise found
    return {**message(found), "body": found.text_body, "to": [to.email_address for to in found.to_recipients]}


def content(id):
    [found] = account.fetch([ItemId(id=id)])
    if isinstance(found, Exception):
        raise found
    return {
        "subject": found.subject,
        "body": str(found.body),
        "bodyType": found.body.body_type,
        "attachments": [
            {"name": one.name, "type": one.content_type, "content": one.content.decode()} for one in found.attachments
        ],
        "attendees": [one.mailbox.email_address for one in getattr(found, "required_attendees", None) or []],
        "organizer": getattr(getattr(found, "organizer", None), "email_address", None),
        "isRecurring": getattr(found, "is_recurring", None),
    }


def subscribe(delivery):
    if delivery == "streaming":
        return inbox.subscribe_to_streaming()
    id, watermarks[id] = inbox.subscribe_to_pull(timeout=10)
    return id


def events(id):
    found = []
    for notification in inbox.get_events(id, watermarks[id]):
        watermarks[id] = notification.events[-1].watermark
        found += events_of(notification)
    return found


def stream(id, most=None):
    threading.Thread(target=read_stream, args=(id, most), daemon=True).start()


def read_stream(id, most):
    try:
        for notification in inbox.get_streaming_events(id, connection_timeout=1, max_notifications_returned=most):
            tell({"events": events_of(notification)})
        tell({"ended": None})
    except Exception as error:
        tell({"ended": error_of(error)})


def unsubscribe(id):
    inbox.unsubscribe(id)


operations = {each.__name__: each for each in (folders, items, item, content, subscribe, events, stream, unsubscribe)}

for line in sys.stdin:
    request = json.loads(line)
    try:
        tell({"answer": operations[request.pop("do")](**request)})
    except Exception as error:
        tell({"error": error_of(error)})
