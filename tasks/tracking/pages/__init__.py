"""Pages people read: of a window (`report`), of a period (`period`), of a study (`study`), and the pictures on them.

Each is one file: one style, inline SVG, everything escaped, no script, nothing requested from anywhere.
"""
