"""`helm test`: the gate answers, lets nobody in without a token, and the control plane is ready."""

import os
import ssl
import sys
import urllib.error
import urllib.request


def status(url, body=None, authority=None):
    """What comes back; a gate's own certificate is for its callers to judge."""
    context = None
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=authority) if authority else ssl._create_unverified_context()
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError as error:
        return str(error)


gateway, control = os.environ.get("GATEWAY"), os.environ.get("CONTROL")
wanted = []
if gateway:
    wanted.append(("the gate answers", gateway + "/api/hello", None, None, 200))
    wanted.append(("nobody comes in without a token", gateway + "/v1/messages", b"{}", None, 401))
if control:
    wanted.append(("the control plane is ready", control + "/readyz", None, os.environ.get("AUTHORITY"), 200))
failed = 0
for note, url, body, authority, expected in wanted:
    got = status(url, body, authority)
    failed += got != expected
    print("ok  " if got == expected else "FAIL", note, "-", url, "gave", got)
sys.exit(1 if failed else 0)
