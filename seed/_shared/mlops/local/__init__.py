"""The pipeline on this machine, without AWS: ``python -m mlops.local`` (its options: ``--help``).

What SageMaker does around the scripts is done here from the compiled definition alone.
"""
