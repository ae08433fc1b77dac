"""The root of all settings models: frozen, strict, and helpful about misspelled words."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from tasks.domain.nearest import nearest

_MISSPELLED = frozenset({"extra_forbidden", "literal_error"})
"""Pydantic's names of a key that is unknown, and of a value that is none of a closed set."""


class Settings(BaseModel):
    """A settings model: an unknown key or word is an error that names the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_nearest(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            found = error.errors(include_url=False)
            if not _MISSPELLED & {one["type"] for one in found}:
                raise
            # All that is wrong at once: a wrong value beside an unknown key is told with it.
            told = [cls._told(one) for one in found]
            raise ValidationError.from_exception_data(cls.__name__, told, hide_input=True) from None

    @classmethod
    def _told(cls, one: ErrorDetails) -> InitErrorDetails:
        where, words = one["loc"], one["msg"]
        if one["type"] == "extra_forbidden":
            *where_else, key = where
            where = tuple(where_else)
            words = f"{cls.__name__} has no setting {key!r}; {nearest(str(key), cls.model_fields)}"
        elif one["type"] == "literal_error" and isinstance(one["input"], str):
            meant = nearest(one["input"], re.findall(r"'([^']*)'", one["ctx"]["expected"]))
            words += f"; {meant}" if meant.startswith("did you") else ""
        # Its own words come as they are: braces in them are no fields to be filled in.
        return InitErrorDetails(type=PydanticCustomError("setting", "{words}", {"words": words}), loc=where, input=None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets that are needed as it is set."""
        return ()
