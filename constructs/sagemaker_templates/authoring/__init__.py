"""Writing settings for people: the files of projects, with all that they may hold."""
