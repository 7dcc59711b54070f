"""How fast it is, measured on made-up data that the same seed makes again: `python -m benchmarks.screening`."""
