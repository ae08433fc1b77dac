"""The root of all settings models: frozen, strict, and helpful about misspelled keys."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from tasks.domain.nearest import nearest


class Settings(BaseModel):
    """A settings model: an unknown key is an error that names the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest_key(cls, values: Any) -> Any:
        if isinstance(values, dict):
            for key in values:
                if key not in cls.model_fields:
                    raise ValueError(f"{cls.__name__} has no setting {key!r}; {nearest(str(key), cls.model_fields)}")
        return values

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets that are needed as it is set."""
        return ()
