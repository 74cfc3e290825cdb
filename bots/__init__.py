"""Chat platforms: each folder only translates between its platform and the studio."""
