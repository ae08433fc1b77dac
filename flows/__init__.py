"""Orchestration only: one flow a file, each reads like a table of contents. Read this folder first.

Importing it settles where an embedded run keeps its things (all under `.plumbline/`), before Prefect is imported.
"""

from flows.running.embedded import settle_down

settle_down()
