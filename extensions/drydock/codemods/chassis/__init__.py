"""What the chassis does, so that a service need not: told with its lines, removed on request."""
