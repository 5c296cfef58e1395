"""The proof of a contact of one's account: a code sent to the address that the register has, or to a new one."""
