"""A grant: a holder lets a professional act for one unit until a last day."""
