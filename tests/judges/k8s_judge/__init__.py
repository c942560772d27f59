"""The parts of `tests/judges/k8s`."""
