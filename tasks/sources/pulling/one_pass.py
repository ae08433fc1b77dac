"""`pull`: one pass over the logs, and of each (release, window) a sample to judge and a summary to decide on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import Any

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.prices import Price
from tasks.domain.report import Intake
from tasks.domain.settings.judging import Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.window import Window, window_of
from tasks.sources.batches import Batch
from tasks.sources.entries import Entries
from tasks.sources.mapping.mapping import source_of
from tasks.sources.masking import masked
from tasks.sources.pulling.measure import Measure
from tasks.sources.pulling.pulled import NO_RELEASE, Pulled, ReleaseWindow, WindowIntake
from tasks.sources.pulling.sample import KeyedHash, Sample
from tasks.sources.quarantine import QuarantinedRow, digest_of
from tasks.sources.reading import RECORDS_KEPT
from tasks.sources.repeats import REACH, SeenIds
from tasks.sources.stretches import Stretches

_SERVICE = attrgetter("service")
_OTHERS_KEPT = 100
"""Names of other services that are counted; whoever writes the logs may write any number of them."""


@dataclass(slots=True)
class _Cell:
    """One (release, window) at work."""

    measure: Measure
    sample: Sample | None


@dataclass(slots=True)
class _Aside:
    """Rows put aside, by window and the release they name (None: none), and one by one."""

    by_window: dict[tuple[Window | None, str | None], Counter[str]] = field(default_factory=dict)
    rows: list[QuarantinedRow] = field(default_factory=list)

    def put(self, row: QuarantinedRow, window: Window | None) -> None:
        self.by_window.setdefault((window, row.release), Counter())[row.cause] += 1
        if len(self.rows) < RECORDS_KEPT:
            self.rows.append(row)

    def total(self) -> Counter[str]:
        return sum(self.by_window.values(), Counter())

    def of(self, release: str, window: Window) -> Counter[str]:
        """Causes in the window of rows that name the release or none: those may have been any release's."""
        return self.by_window.get((window, None), Counter()) + self.by_window.get((window, release), Counter())


def pull(
    logs: LogSource | dict[str, Any],
    service: str,
    windows: Sequence[Window],
    *,
    sampling: Sampling,
    release_at: Callable[[datetime, str | None], str | None],
    prices: Mapping[str, Price] | None,
    look_back: int = 2,
) -> Pulled:
    """Take in windows of a service in a single pass over its logs.

    A row put aside counts in the window it says it happened in, else in that of its neighbours in the file; it is in
    the summary of the release it names, or of every release of that window when it names none.

    Args:
        logs: Where they are and how their columns are named.
        service: The service; rows of others are ignored, rows that name none are its own.
        windows: The windows asked for, all of one length.
        sampling: How many interactions of each (release, window) are judged, and the seed that picks them.
        release_at: What answered at a moment, and by which model, for rows that name no release.
        prices: The user's prices by model name.
        look_back: Windows before the first that are read for repeated ids and counted again.

    Raises:
        SettingsError: when the windows are of different lengths or overlap.
        SourceError: when the logs cannot be read, or a mapped column is in no row.
    """
    source = source_of(logs)
    if not windows:
        return Pulled(intakes=(), intake=Intake(), counts={}, quarantined_rows=(), unassigned=0)
    work = _Pull(
        service, windows, sampling=sampling, release_at=release_at, prices=prices, look_back=look_back, source=source
    )
    entries = Entries(source, *work.reach)
    for batch in entries:
        work.take(batch)
    return work.pulled(carries_errors=entries.watch.carries_errors)


class _Pull:
    """A pass at work."""

    def __init__(
        self,
        service: str,
        windows: Sequence[Window],
        *,
        sampling: Sampling,
        release_at: Callable[[datetime, str | None], str | None],
        prices: Mapping[str, Price] | None,
        look_back: int,
        source: LogSource,
    ) -> None:
        self._source = source
        ordered = sorted(windows)
        self._length = ordered[0].length
        if any(window.length != self._length for window in ordered) or any(
            a.end > b.start for a, b in pairwise(ordered)
        ):
            raise SettingsError("windows of one pull must be of one length and not overlap; pull them in two goes")
        self._service = service
        self._asked = frozenset(ordered)
        self._counted_from = ordered[0].start - look_back * self._length
        # The ids of the windows before decide what counts in the first one counted.
        self.reach = (self._counted_from - REACH * self._length, ordered[-1].end)
        self._stretches = Stretches(*self.reach, self._length)
        self._sampling = sampling
        self._hash = KeyedHash(sampling.seed)
        self._release_at = release_at
        self._prices = prices
        self._seen = SeenIds()
        self._aside = _Aside()
        self._cells: dict[ReleaseWindow, _Cell] = {}
        self._duplicates = 0  # of rows without release; the others are counted where they belong
        self._unassigned = 0
        self._others: Counter[str] = Counter()

    def take(self, batch: Batch) -> None:
        """Take in a batch's rows that are the service's and of the time."""
        for stretch in self._stretches.of(batch):
            if isinstance(stretch, QuarantinedRow):
                self.put_aside(stretch)
                continue
            window, rows = stretch
            own = [row for row in rows if row.service is None or row.service == self._service]
            if len(own) < len(rows) and window in self._asked:
                self._count_others(rows)
            if own:
                fresh, repeated = self._seen.part(window, own)
                if window.start < self._counted_from:
                    continue
                self._take_fresh(window, fresh)
                self._count_repeated(window, repeated)

    def _count_others(self, rows: list[Interaction]) -> None:
        for service, number in Counter(map(_SERVICE, rows)).items():
            known = service in self._others or len(self._others) < _OTHERS_KEPT
            if service is not None and service != self._service and known:
                self._others[service] += number

    def _take_fresh(self, window: Window, rows: list[Interaction]) -> None:
        by_release: dict[str | None, list[Interaction]] = {}
        for row in rows:
            by_release.setdefault(row.release or self._release_at(row.timestamp, row.model), []).append(row)
        asked = window in self._asked
        for release, its_rows in by_release.items():
            if release is not None:
                cell = self._cell(release, window)
                if cell.sample is None:
                    cell.measure.rows += len(its_rows)
                else:
                    cell.measure.add(its_rows)
                    cell.sample.offer(its_rows)
            elif asked:
                self._unassigned += len(its_rows)
                for row in its_rows:
                    self.put_aside(_without_release(row))

    def _count_repeated(self, window: Window, rows: list[Interaction]) -> None:
        for row in rows:
            release = row.release or self._release_at(row.timestamp, row.model)
            if release is not None:
                self._cell(release, window).measure.duplicates += 1
            elif window in self._asked:
                self._duplicates += 1

    def put_aside(self, row: QuarantinedRow) -> None:
        """Count a row put aside, if it is the service's and of the time asked for, as far as one can tell."""
        if row.service is not None and row.service != self._service:
            return
        window = None if row.moment is None else window_of(row.moment, self._length)
        if window is None or window in self._asked:
            self._aside.put(row, window)

    def pulled(self, *, carries_errors: bool) -> Pulled:
        """Return what was taken in."""
        asked = {key: cell for key, cell in self._cells.items() if key[1] in self._asked}
        accepted = {key: cell for key, cell in asked.items() if cell.measure.rows}
        first_seen: dict[str, datetime] = {}
        for (release, _), cell in accepted.items():
            moment = cell.measure.first_seen
            if moment is not None:
                first_seen[release] = min(moment, first_seen.get(release, moment))
        carries_errors = carries_errors or any(cell.measure.errors for cell in accepted.values())
        ordered = sorted(accepted, key=lambda key: (key[1], first_seen[key[0]], key[0]))
        rows = sum(cell.measure.rows for cell in accepted.values())
        duplicates = self._duplicates + sum(cell.measure.duplicates for cell in asked.values())
        quarantined = self._aside.total()
        return Pulled(
            intakes=tuple(self._intake(key, accepted[key], carries_errors) for key in ordered),
            intake=Intake(
                rows=rows + duplicates + quarantined.total(),
                accepted=rows,
                duplicates=duplicates,
                quarantined=dict(quarantined),
            ),
            counts={key: cell.measure.rows for key, cell in self._cells.items() if cell.measure.rows},
            quarantined_rows=tuple(self._aside.rows),
            unassigned=self._unassigned,
            others=dict(self._others),
        )

    def _cell(self, release: str, window: Window) -> _Cell:
        cell = self._cells.get((release, window))
        if cell is None:
            sample = Sample(self._sampling, self._hash) if window in self._asked else None
            cell = self._cells[release, window] = _Cell(Measure(self._prices), sample)
        return cell

    def _intake(self, key: ReleaseWindow, cell: _Cell, carries_errors: bool) -> WindowIntake:
        release, window = key
        sample = cell.sample.interactions() if cell.sample else ()
        if self._source.mask:
            sample = tuple(masked(sample, self._source.mask, self._source.mask_region))
        measured = cell.measure.summary(
            service=self._service,
            release=release,
            window=window,
            quarantined=self._aside.of(release, window),
            sampled=len(sample),
            carries_errors=carries_errors,
        )
        return WindowIntake(release=release, window=window, sample=sample, measured=measured)


def _without_release(row: Interaction) -> QuarantinedRow:
    """Return the row put aside; which line it was is no longer known, its digest is that of its id."""
    return QuarantinedRow(
        cause=NO_RELEASE,
        file="",
        line=0,
        digest=digest_of(row.interaction_id.encode("utf-8", "surrogatepass")),
        moment=row.timestamp,
        fields=("release",),
        service=row.service,
    )
