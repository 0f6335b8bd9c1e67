"""How a service without a template is brought in: what it says, and what becomes of that."""
