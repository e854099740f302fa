"""What can be the matter with a bundle.

Rules: `BundleRefused` is about what came, and coming again does not help; `BundleAway` means that nothing came.
"""

from sidecar.core.errors import GatehouseError


class BundleRefused(GatehouseError):  # noqa: N818  (a refusal is an outcome, not a fault)
    """The message is a clause about the bundle, without its name and without a full stop."""


class BundleAway(GatehouseError):  # noqa: N818  (named for what is the matter)
    """The message says who did not give what, and what to do where that is known."""
