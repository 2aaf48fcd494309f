"""What `dashboards` is handed: whom it lets in, and what other rooms compute for a page."""
