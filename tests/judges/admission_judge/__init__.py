"""The parts of `tests/judges/admission`."""
