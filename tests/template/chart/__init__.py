"""What the chart says, held to real tools and to the running service."""
