"""Past logs replayed through `evaluate`, apart from production: for `backtest` and `make try`."""
