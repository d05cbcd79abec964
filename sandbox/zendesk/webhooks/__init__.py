"""The way out: what is sent, how it is signed, when it is sent again, and how it goes wrong on demand."""
