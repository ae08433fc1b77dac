"""Monitors: a window and its baseline become findings and features. Pure: no clock, no store, no network.

`catalog` is the door (`features`, `observe`, `find`), `reference` prepares a baseline, `base` says what a monitor is
and what surrounds a window, `repeats` counts repeated content.
"""
