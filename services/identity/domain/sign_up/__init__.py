"""Sign-up: CPF or CNPJ and e-mail, the code, name and phone, a password."""
