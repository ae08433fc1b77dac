"""Files and what stands in them, one format a file: `jsonl`, `csv_rows`, `parquet`, and MLflow's traces as JSON lines.

`files` says which files a path means. `strict` is the fast way of a line of JSON whose values are right as they stand;
`raw_rows` gives rows before any mapping. Each reader yields entries: an interaction, or a row put aside.
"""
