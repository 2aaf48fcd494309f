"""What a deployment may change: the sections of `outlay.toml`, each setting with its default and its sentence."""
