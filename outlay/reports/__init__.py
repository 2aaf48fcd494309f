"""What is written for a month: statements as files, and the page a platform team publishes."""
