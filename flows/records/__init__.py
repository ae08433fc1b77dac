"""What flows write down in the store and read back: moves, orders, incidents, decisions, plans, comparisons."""
