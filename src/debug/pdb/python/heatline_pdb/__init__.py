"""Heatline's debugger inside a Python program: a bridge between pdb and an editor."""
