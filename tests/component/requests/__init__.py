"""Requests over HTTP, with real servers."""
