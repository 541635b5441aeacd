"""The rules of selling slots, as plain values and functions that know no framework, database, network or clock."""
