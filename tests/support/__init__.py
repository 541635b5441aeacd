"""What tests stand on: databases, the visitor, a browser, servers in threads."""
