"""Codes of six digits sent by e-mail: ten minutes, five tries, one use, one a minute."""
