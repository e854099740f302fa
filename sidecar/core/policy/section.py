"""A mapping of a policy file: nothing but the keys it knows, and types as they are written."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
