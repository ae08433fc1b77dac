"""Where people's scores are, and on what scale they were given."""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.domain.errors import SettingsError
from tasks.domain.nearest import nearest
from tasks.domain.settings.base import Settings

LABEL_COLUMNS = ("interaction_id", "score", "rater")


class Labels(Settings):
    """People's scores of logged interactions, to hold the judge against."""

    kind: Literal["files"] = Field(default="files", description="files: a file, a folder or a glob of them.")
    path: str = Field(
        min_length=1,
        description="File, folder or glob, such as labels/*.csv. JSONL or CSV, plain or gzip, or Parquet, by ending; "
        "one row a score.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our name to your column, dotted into JSON: {'interaction_id': 'trace', 'score': 'rating.value'}. "
        f"Only what differs. Ours: {', '.join(LABEL_COLUMNS)}; rater is optional.",
    )
    low: float = Field(default=0, description="The worst score of the scale people used, such as 1.")
    high: float = Field(default=1, description="The best score of the scale people used, such as 5.")

    @field_validator("columns")
    @classmethod
    def _known_on_the_left(cls, columns: dict[str, str]) -> dict[str, str]:
        for name in columns:
            if name not in LABEL_COLUMNS:
                raise SettingsError(
                    f"labels.columns maps {{our name: your column}}, and {name!r} is not ours; "
                    f"{nearest(name, LABEL_COLUMNS)}"
                )
        return columns

    @model_validator(mode="after")
    def _a_scale(self) -> Self:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise SettingsError(f"labels.low {self.low:g} must be less than labels.high {self.high:g}")
        return self

    def column(self, name: str) -> str:
        """Return where one of our names stands in a row."""
        return self.columns.get(name, name)
