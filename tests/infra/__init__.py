"""Real servers for tests: addresses from the environment, else the embedded servers started on free ports."""
