"""Time and memory of igtm beside its peers and beside what the hardware allows: python -m benchmarks [NAME]."""
