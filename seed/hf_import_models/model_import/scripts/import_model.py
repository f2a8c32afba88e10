"""Processing job: bring one commit of a model into the bucket, and find out whether it is registered already."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import boto3
import description
import selection
from botocore.exceptions import BotoCoreError, ClientError
from failure import OUTPUT, ImportFailedError, hidden, leave_reason, one_line
from hub import Hub, HubFile, Model
from registry import registered
from transfer import ModelStore


def main() -> int:
    """Run the job; returns its exit code. A failure is one line, in the log and where SageMaker looks."""
    options = _options()
    token = ""
    try:
        token = read_token(options.secret, options.region)
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
    bucket, _, prefix = options.location.removeprefix("s3://").partition("/")
    store = ModelStore(
        boto3.client("s3", region_name=options.region),
        bucket,
        f"{prefix}/{model.model_id}/{model.commit}",
        options.kms_key,
    )
    files = selection.wanted(hub.files(model))
    imported = [(file, bring(hub, store, model, file)) for file in files]
    source = f"{hub.endpoint}/{model.model_id}/tree/{model.commit}"
    manifest = description.manifest(model, source, imported)
    # Last: where a manifest is, everything that it lists is there too.
    store.put_if_different("manifest.json", manifest)
    sagemaker = boto3.client("sagemaker", region_name=options.region)
    package = registered(sagemaker, options.group, model_id=model.model_id, commit=model.commit, image=options.image)
    print(f"already registered: {package}" if package else "not registered yet")
    return {
        **description.about(model),
        "registered": "yes" if package else "no",
        "location": store.uri("model/"),
        "source": description.text(source),
        "weights": selection.weights_format(files),
        "files": str(len(files)),
        "bytes": str(sum(file.size for file in files)),
        "manifest": description.text(store.uri("manifest.json")),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
    }


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
        "--secret",
        "--location",
        "--group",
        "--image",
        "--region",
    ):
        parser.add_argument(name, required=True)
    parser.add_argument("--kms-key")
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/result"))
    parser.add_argument("--failure-folder", type=Path, default=OUTPUT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
