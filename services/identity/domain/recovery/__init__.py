"""The recovery of a password: matching details are the hurdle, the code sent by e-mail is the factor."""
