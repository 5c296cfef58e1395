"""Tests of what services publish: nothing that a reader relies on goes away."""
