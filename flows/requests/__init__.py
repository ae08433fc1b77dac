"""Requests to change production, each checked, asked about, checked again, carried out, read back and told."""
