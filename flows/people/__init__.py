"""People: asked for a yes or no, told what changed."""
