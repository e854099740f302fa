"""Loads Envoy's own message types once, before pytest turns warnings into errors.

Their generated code uses a form that pydantic will drop one day.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.config.bootstrap import v3 as bootstrap
    from envoy_data_plane.envoy.service.ext_proc import v3

__all__ = ["bootstrap", "v3"]
