"""Every call of Inlay by Metronome's Python SDK."""
