"""The pipelines of generated services: their syntax, their structure, and the commands in them."""
