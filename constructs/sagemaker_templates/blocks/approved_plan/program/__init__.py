"""What reviews and applies saved plans in the delivery pipeline.

It comes from the platform and not from the repository: an archive in the pipeline's bucket, whose digest stands in
the build projects. Nothing that a repository holds, and nothing in its plan, is executed here.
"""
