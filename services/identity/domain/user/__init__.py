"""The account of a person or company: opened by a sign-up, proven as holder, corrected, erased."""
