"""What every section of `gatehouse.yaml` is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sidecar.settings.units import Text

MIB = 1 << 20


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def exactly_one(**choices: object) -> None:
    if sum(chosen is not None for chosen in choices.values()) != 1:
        raise ValueError("needs exactly one of " + " and ".join(f"`{name}`" for name in choices))


class SourceSection(Section):
    env: Annotated[Text | None, Field(description="Environment variable that holds the credential.")] = None
    file: Annotated[Text | None, Field(description="File that holds it; read again when it changes.")] = None

    @model_validator(mode="after")
    def _one(self) -> "SourceSection":
        exactly_one(env=self.env, file=self.file)
        return self
