"""What every page is held to by programs that look at it; they take minutes, and `make gates` runs them."""
