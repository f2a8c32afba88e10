"""Processing job: bring one commit of a model into the bucket, and find out whether it is registered already."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import description
import selection
from botocore.exceptions import BotoCoreError, ClientError
from failure import OUTPUT, ImportFailedError, hidden, leave_reason, one_line
from hub import Hub, HubFile, Model
from registry import Wanted, registered
from tasks import AUTO, served_task
from transfer import ModelStore


def main() -> int:
    """Run the job; returns its exit code. A failure is one line, in the log and where SageMaker looks."""
    options = _options()
    token = ""
    try:
        token = read_token(options.secret, options.region) if options.secret else ""
        result = run(options, Hub(options.endpoint, token))
    except Exception as error:
        reason = one_line(error, token)
        if not isinstance(error, (ImportFailedError, BotoCoreError, ClientError)):
            # Nobody foresaw this one: whoever mends it needs to know where it happened.
            print(hidden(traceback.format_exc(), token), file=sys.stderr)
        leave_reason(reason, options.failure_folder)
        print(f"error: {reason}", file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    print(json.dumps(result))
    return 0


def run(options: argparse.Namespace, hub: Hub) -> dict[str, str]:
    """Import the commit that the revision is now; returns what the pipeline wants to know about it."""
    model = hub.model(options.model_id, options.revision)
    print(f"{model.model_id} at {model.revision} is commit {model.commit}")
    # Before any file is brought: what cannot be served is not imported.
    task = _task(options, model)
    selected = selection.select(hub.files(model), lambda file: hub.read(model, file))
    for path, reason in selected.left_out.items():
        print(f"left out: {path} ({reason})")
    files = selected.files
    store = place(options, model, files)
    imported = [(file, bring(hub, store, model, file)) for file in files]
    source = f"{hub.endpoint}/{model.model_id}/tree/{model.commit}"
    manifest = description.manifest(model, source, imported)
    # Last: where a manifest is, everything that it lists is there too.
    store.put_if_different("manifest.json", manifest)
    sha256 = hashlib.sha256(manifest).hexdigest()
    about = description.about(model)
    variables = _variables(options, task)
    package = already(options, about, store.uri("model/"), sha256, variables)
    print(f"already registered: {package}" if package else "not registered yet")
    return {
        **about,
        "registered": "yes" if package else "no",
        "location": store.uri("model/"),
        "served_task": task,
        "source": description.text(source),
        "weights": selected.weights,
        "code": "left out" if selected.code else "none",
        "files": str(len(files)),
        "bytes": str(sum(file.size for file in files)),
        "manifest": description.text(store.uri("manifest.json")),
        "manifest_sha256": sha256,
    }


def place(options: argparse.Namespace, model: Model, files: Sequence[HubFile]) -> ModelStore:
    """Where the files belong: a place that holds nothing else, since a container gets all that lies there.

    What an earlier selection brought is not deleted, and packages may point to it; another selection of the same
    commit gets a place of its own.

    Raises:
        ImportFailedError: somebody put other files there.
    """
    bucket, _, prefix = options.location.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3", region_name=options.region)
    usual = ModelStore(s3, bucket, f"{prefix}/{model.model_id}/{model.commit}", options.kms_key)
    if not usual.strangers(files):
        return usual
    listing = hashlib.sha256("\n".join(file.path for file in files).encode()).hexdigest()[:12]
    own = replace(usual, prefix=f"{usual.prefix}/selection-{listing}")
    strangers = own.strangers(files)
    if strangers:
        raise ImportFailedError(
            f"{own.uri('model/')} holds {strangers[0]!r}, which is no part of the model: delete it"
        )
    print(f"{usual.uri('model/')} holds files that are not imported now, so {own.uri('model/')} is used")
    return own


def _task(options: argparse.Namespace, model: Model) -> str:
    """What the container is told to serve; nothing where it is not told."""
    if not options.task_variable:
        return ""
    task = served_task(options.task, model.details.get("pipeline_tag"), model.model_id)
    print(f"served for: {task}")
    return task


def _variables(options: argparse.Namespace, task: str) -> dict[str, str]:
    """The environment that the container would get."""
    given = dict(each.split("=", 1) for each in options.variable)
    return {**given, options.task_variable: task} if options.task_variable else given


def already(
    options: argparse.Namespace,
    about: Mapping[str, str],
    location: str,
    manifest_sha256: str,
    environment: Mapping[str, str],
) -> str | None:
    """The package that is what would be registered, if there is one."""
    told = {name: about[name] for name in ("model_id", "revision", "commit", "task")}
    metadata = {f"hf-{name.replace('_', '-')}": value for name, value in told.items()}
    wanted = Wanted(
        metadata={**metadata, "hf-manifest-sha256": manifest_sha256},
        location=location,
        image=options.image,
        environment=environment,
        instance_types=frozenset(options.instance_type),
    )
    return registered(boto3.client("sagemaker", region_name=options.region), options.group, wanted)


def bring(hub: Hub, store: ModelStore, model: Model, file: HubFile) -> str:
    """Import one file; returns its SHA-256."""

    def open_at(start: int) -> Any:
        return hub.open(model, file.path, start)

    sha256, transferred = store.ensure(file, open_at)
    print(f"{'imported' if transferred else 'there already'}: {file.path}, {file.size} bytes, sha256 {sha256}")
    return sha256


def read_token(secret: str, region: str) -> str:
    """The access token, read from Secrets Manager and kept nowhere else than in this process.

    Raises:
        ImportFailedError: there is no such secret, or it holds something else than a token.
    """
    try:
        client = boto3.client("secretsmanager", region_name=region)
        value = client.get_secret_value(SecretId=secret).get("SecretString", "").strip()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise ImportFailedError(f"the secret {secret} cannot be read: {code}") from None
    # Checked here and without the value: what a header may not hold, the HTTP library would show in its error.
    if not value or not value.isascii() or not value.isprintable() or set(value) & set(' "{}'):
        raise ImportFailedError(f"the secret {secret} does not hold an access token and nothing else")
    return str(value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in (
        "--model-id",
        "--revision",
        "--endpoint",
        "--location",
        "--group",
        "--image",
        "--region",
    ):
        parser.add_argument(name, required=True)
    parser.add_argument("--secret", default="", help="the secret that holds an access token")
    parser.add_argument("--variable", action="append", default=[], help="of the container, as NAME=VALUE")
    parser.add_argument("--task-variable", default="", help="by which the container is told what it serves")
    parser.add_argument("--task", default=AUTO, help="what it serves; auto: the task that the hub names")
    parser.add_argument("--instance-type", action="append", default=[], help="what the package is for")
    parser.add_argument("--kms-key")
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/result"))
    parser.add_argument("--failure-folder", type=Path, default=OUTPUT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
