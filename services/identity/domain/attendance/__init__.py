"""Help at the counter or on the phone: a protocol first, then who it is, then what was done for them."""
