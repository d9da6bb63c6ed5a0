"""How strictly, and for how many days, a bucket locks what is written to it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Retention(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int
