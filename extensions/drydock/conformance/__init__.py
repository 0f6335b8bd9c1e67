"""How far a service is what its answers and its release say; the standard's checks ask here."""
