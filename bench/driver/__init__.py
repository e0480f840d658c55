"""The driver of the benchmarks: who is measured, with what, how, and how it is told."""
