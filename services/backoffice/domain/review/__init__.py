"""The review: one judgement about one submission, claimed, made and concluded once."""
