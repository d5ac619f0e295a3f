"""Pages and files for members of workspaces."""
