"""What we use of others' resources, which Kubernetes' own schemas do not know.

Strategy: closed schemas of just the fields that we write, after their published definitions (cert-manager v1,
Prometheus operator v1): a typing mistake is an unknown field.
"""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
LABELS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}


def closed(required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [name for name in required.split() if name],
    }


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def whole(kind: str, spec: Schema) -> Schema:
    metadata = closed("name namespace labels", name=TEXT, namespace=TEXT, labels=LABELS, annotations=LABELS)
    return closed("apiVersion kind metadata spec", apiVersion=TEXT, kind={"const": kind}, metadata=metadata, spec=spec)


DURATION: Schema = {"type": "string", "pattern": "^([0-9]+(h|m|s))+$"}
CERTIFICATE = closed(
    "secretName dnsNames issuerRef",
    secretName=TEXT,
    duration=DURATION,
    renewBefore=DURATION,
    dnsNames=many(TEXT),
    usages=many({"enum": ["digital signature", "server auth", "client auth", "key encipherment"]}),
    privateKey=closed(
        "algorithm",
        algorithm={"enum": ["RSA", "ECDSA", "Ed25519"]},
        size={"type": "integer"},
        rotationPolicy={"enum": ["Always", "Never"]},
    ),
    issuerRef=closed("name", name=TEXT, kind=TEXT, group=TEXT),
)
RELABELINGS = many(closed("targetLabel replacement", targetLabel=TEXT, replacement=TEXT))
KEY = closed("name key", name=TEXT, key=TEXT)
MONITOR = closed(
    "selector endpoints",
    selector=closed("matchLabels", matchLabels=LABELS),
    namespaceSelector=closed("matchNames", matchNames=many(TEXT)),
    endpoints=many(
        closed(
            "port",
            port=TEXT,
            path=TEXT,
            interval=DURATION,
            scheme={"enum": ["http", "https"]},
            relabelings=RELABELINGS,
            tlsConfig=closed("", serverName=TEXT, ca=closed("", secret=KEY, configMap=KEY)),
        )
    ),
)
POD_MONITOR = closed(
    "selector podMetricsEndpoints",
    selector=closed("matchLabels", matchLabels=LABELS),
    namespaceSelector=closed("any", any={"const": True}),
    podMetricsEndpoints=many(
        closed("port", port=TEXT, path=TEXT, interval=DURATION, relabelings=RELABELINGS),
    ),
)
RULES = closed(
    "groups",
    groups=many(
        closed(
            "name rules",
            name=TEXT,
            rules=many(
                closed("alert expr", alert=TEXT, expr=TEXT, labels=LABELS, annotations=LABELS, **{"for": DURATION})
            ),
        )
    ),
)
CRDS: dict[str, dict[str, Schema]] = {
    "cert-manager.io/v1": {"Certificate": whole("Certificate", CERTIFICATE)},
    "monitoring.coreos.com/v1": {
        "ServiceMonitor": whole("ServiceMonitor", MONITOR),
        "PodMonitor": whole("PodMonitor", POD_MONITOR),
        "PrometheusRule": whole("PrometheusRule", RULES),
    },
}
