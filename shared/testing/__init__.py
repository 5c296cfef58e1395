"""What tests share: given/when/then, eventually, the inbox."""
