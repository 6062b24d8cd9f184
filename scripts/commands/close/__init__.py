"""Close a month, or check that closed months are as they were approved."""
