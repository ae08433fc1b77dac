"""From a row of any shape to an interaction: where each value stands, and what it is made of.

`mapping` joins a preset with the columns a user named, `columns` and `paths` find the values, `values`, `moments` and
`messages` make them what they should be, `rows` puts them together, `watch` tells of a column that is in no row.
"""
