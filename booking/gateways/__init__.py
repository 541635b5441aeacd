"""The outside: Stripe, the mail server, other people's web pages. Each gateway speaks in our own small values."""
