"""Tests by level: unit, component, contract, architecture, e2e, faults."""
