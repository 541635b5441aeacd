"""What pages show: each function reads once and returns small frozen values, so no template can reach a query."""
