"""What a flow takes: its parameters with their types and defaults, held against values that were written down."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from prefect import Flow
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import validate
from pydantic import BaseModel, TypeAdapter, ValidationError

from tasks.domain.errors import SettingsError
from tasks.domain.nearest import nearest
from tasks.domain.settings.base import Settings
from tasks.domain.window import parse_length

Leaves = dict[str, Any]
"""Values by dotted path: {"monitors.quality.min_score": 0.7}."""


@dataclass(frozen=True)
class Signature:
    """The parameters of a flow."""

    flow: Flow[..., Any]

    @cached_property
    def _parameters(self) -> dict[str, inspect.Parameter]:
        return dict(inspect.signature(self.flow.fn, eval_str=True).parameters)

    @cached_property
    def _schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = parameter_schema(self.flow).model_dump_for_openapi()
        return schema

    def takes(self, name: str) -> bool:
        """Whether the flow has such a parameter."""
        return name in self._parameters

    def missing(self, values: Mapping[str, Any]) -> list[str]:
        """Return the parameters without default that are not given."""
        return [
            name
            for name, parameter in self._parameters.items()
            if parameter.default is inspect.Parameter.empty and name not in values
        ]

    def unknown(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield each key that is no parameter, and the nearest that is."""
        for name in values:
            if not self.takes(name):
                hint = nearest(str(name), self._parameters)
                yield name, f"{self.flow.name} has no parameter {name!r}; {hint}"

    def wrong(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return (dotted path, what is wrong) of everything the flow or the server would refuse."""
        refused = [*self.unknown(values), *self._mistyped(values), *self._unlike_a_length(values)]
        # The schema says again, of a value or of what it stands in, what was said already.
        told = ["$", *(path for path, _ in refused)] if refused else []
        unlike = self._unlike_the_schema(values)
        return refused + [
            (at, words) for at, words in unlike if not any(f"{one}.".startswith(f"{at}.") for one in told)
        ]

    def _mistyped(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, value in self._known(values):
            try:
                self._adapter(name).validate_python(value)
            except ValidationError as error:
                for one in error.errors(include_input=False, include_url=False):
                    path = ".".join(str(part) for part in (name, *one["loc"]))
                    yield path, one["msg"].removeprefix("Value error, ")

    @staticmethod
    def _unlike_a_length(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        try:
            parse_length(str(values.get("window", "1h")))
        except SettingsError as error:
            yield "window", str(error)

    def _unlike_the_schema(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The server checks a JSON schema, which is stricter than Python: a number must not come as text."""
        for error in validate(dict(values), self._schema, ignore_required=True):
            path = error.json_path.removeprefix("$.")
            text = isinstance(error.instance, str)
            hint = "a value of the environment is always text; write it as it is" if text else "write it in full"
            yield path, f"the server refuses it ({error.message}); {hint}"

    def settings(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as the flow receives them, defaults included; the values must be valid."""
        given = {name: self._adapter(name).validate_python(value) for name, value in self._known(values)}
        defaults = {
            name: parameter.default
            for name, parameter in self._parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        return defaults | given

    def effective(self, values: Mapping[str, Any]) -> Leaves:
        """Return every value a run gets, defaults included, by dotted path."""
        return leaves(self.settings(values))

    def defaults(self) -> Leaves:
        """Return the defaults by dotted path, also those inside a parameter that must be given."""
        found: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            if parameter.default is not inspect.Parameter.empty:
                found[name] = parameter.default
            elif isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Settings):
                found[name] = parameter.annotation.model_construct()
        return leaves(found)

    def _known(self, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in values.items() if self.takes(name)]

    def _adapter(self, name: str) -> TypeAdapter[Any]:
        return TypeAdapter(self._parameters[name].annotation)


def leaves(value: Any, path: str = "") -> Leaves:
    """Flatten nested settings; lists are leaves, empty mappings are none.

    >>> leaves({"judge": {"model": "m", "limits": [1, 2]}, "start": None})
    {'judge.model': 'm', 'judge.limits': [1, 2], 'start': None}
    """
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", warnings=False)
    if not isinstance(value, Mapping):
        return {path: list(value) if isinstance(value, tuple) else value}
    found: Leaves = {}
    for key, inner in value.items():
        found |= leaves(inner, f"{path}.{key}" if path else str(key))
    return found
