"""The rules of requests, sentence by sentence."""
