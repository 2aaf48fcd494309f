"""What comes back: people answer by a link, a page or a command, and their answers teach."""
