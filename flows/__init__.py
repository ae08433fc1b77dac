"""Orchestration only: one flow a file, each reads like a table of contents. Read this folder first."""
