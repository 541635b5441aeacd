"""The twenty-five acceptance scenarios of slots and money; each test is marked with the number of the one it shows."""
