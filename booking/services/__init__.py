"""The acts: one verb a function, each one transaction. The only code that commits."""
