"""Real processes against one database: what happens when everything happens at once."""
