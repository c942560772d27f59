"""The parts of `tests/judges/reachability`."""
