"""The commands of `drydock`, one file each."""
