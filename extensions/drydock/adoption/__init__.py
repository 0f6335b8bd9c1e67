"""Adopts a service: reads its facts, and reports the outcome of each instruction."""
