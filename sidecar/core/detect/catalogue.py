"""All detectors that are built in."""

from sidecar.core.model.detector import Detector


def builtin() -> tuple[Detector, ...]:
    """Every built-in detector, by family."""
    return (
        Detector(
            "pii/email",
            "EMAIL",
            r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24}\b",
        ),
        Detector("secret/aws", "AWS_KEY", r"\bAKIA[A-Z2-7]{16}\b"),
        Detector("secret/x", "X", r"(?i:password)[ ]{0,3}[:=][ ]{0,3}[\"']?([A-Za-z0-9]{6,40})(?:[^A-Za-z0-9]|$)", 1),
        Detector("pii/card", "CARD", r"\b\d{4}(?:[ -]?\d{4}){3}\b"),
    )
