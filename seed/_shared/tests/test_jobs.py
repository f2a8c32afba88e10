"""How long a job may take, as far as it can be seen without a pipeline."""

import pytest
from mlops.jobs import _stopping_condition
from mlops.settings import SettingsError


def test_on_demand_there_is_no_waiting_time() -> None:
    """SageMaker refuses one."""
    condition = _stopping_condition(14_400, None)

    assert condition.max_runtime_in_seconds == 14_400
    assert not isinstance(condition.max_wait_time_in_seconds, int)


def test_a_wait_for_spot_instances_is_at_least_as_long_as_the_job() -> None:
    """SageMaker would refuse the job when its step starts; here it is one line of the build."""
    assert _stopping_condition(14_400, 14_400).max_wait_time_in_seconds == 14_400
    with pytest.raises(SettingsError, match=r"20000 seconds, less than .* \(MAX_JOB_HOURS: 28800 seconds\)"):
        _stopping_condition(28_800, 20_000)
