"""Every setting that is one of a few values makes a difference: none is accepted and then forgotten."""

from pathlib import Path

from written_projects import OWN_SWITCHES, SWITCHES, made_for, noticed_and_made, required_keys


def test_each_switch_changes_the_projects_stacks(tmp_path: Path) -> None:
    """In any template, for those that all have: what is made of them is made by one piece of code."""
    switches = {**OWN_SWITCHES, "xgboost_abalone": {**SWITCHES, **OWN_SWITCHES["xgboost_abalone"]}}
    projects = {}
    for template, others in switches.items():
        for number, given in enumerate([{}, {}, *({key: value} for key, value in others.items())]):
            project = {**required_keys(template, f"{template[:3]}-{number}"), **given}
            projects[project["sagemaker-project-name"]] = project
    noticed, stacks = noticed_and_made(tmp_path, projects)
    made = {name: made_for(stacks, name).replace(name, "NAME") for name in projects}
    for template, others in switches.items():
        plain, same, *changed = (made[name] for name in projects if name.startswith(template[:3]))
        assert plain == same
        assert [key for key, text in zip(others, changed, strict=True) if text == plain] == []
    assert noticed == {}
