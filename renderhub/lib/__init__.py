"""What every part of the project may use; imports no app and no framework."""
