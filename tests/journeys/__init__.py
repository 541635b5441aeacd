"""Whole stories, as a sponsor, a recruiter and the editor live them."""
