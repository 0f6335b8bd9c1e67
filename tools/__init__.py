"""Programs that sessions of noxfile.py run for the maintainers of the template."""
