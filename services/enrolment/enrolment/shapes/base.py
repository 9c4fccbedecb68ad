"""What all bodies share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Body(BaseModel):
    """What somebody asks for: an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid")
