"""How fast it is, measured on made-up data that the same seed makes again: docs/benchmarks.md.

figures   what a figure is, and how one is measured
generate  realistic cases, as many as wanted
names     people and companies for them

The other modules are benchmarks, listed in `__main__`.
"""
