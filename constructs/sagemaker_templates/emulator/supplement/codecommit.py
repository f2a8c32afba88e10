"""CodeCommit: moto knows three operations and no content, so all of it is ours."""

import time
import uuid
from dataclasses import dataclass, field

from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement import codecommit_content as content
from sagemaker_templates.emulator.supplement.codecommit_repository import (
    Repository,
    arn_of,
    check_name,
    name_of,
)
from sagemaker_templates.emulator.supplement.contract import Answer, AwsError, PerPlace, Supplement


def supplement() -> Supplement:
    """Return CodeCommit with no repositories."""
    service = CodeCommit()
    answers: dict[str, Answer] = {
        "CreateRepository": service.create,
        "GetRepository": service.get,
        "DeleteRepository": service.delete,
        "ListRepositories": service.list,
        "BatchGetRepositories": service.batch_get,
        "UpdateRepositoryName": service.rename,
        "UpdateRepositoryDescription": service.describe,
        "UpdateRepositoryEncryptionKey": service.encrypt,
        "UpdateDefaultBranch": service.set_default_branch,
        "ListTagsForResource": service.list_tags,
        "TagResource": service.tag,
        "UntagResource": service.untag,
    }
    for operation, answer in content.OPERATIONS.items():
        answers[operation] = service.in_repository(answer)
    return Supplement(service="codecommit", answers=answers, reset=service.clear, tags=service.tags_of)


@dataclass
class CodeCommit:
    """The repositories of all accounts."""

    repositories: PerPlace[Repository] = field(default_factory=PerPlace)

    def create(self, call: Call) -> JsonObject:
        """CreateRepository."""
        name = call.parameters["repositoryName"]
        check_name(name)
        if name in self.repositories.at(call.place):
            raise AwsError("RepositoryNameExistsException", f"Repository named {name} already exists")
        now = time.time()
        repository = Repository(
            place=call.place,
            name=name,
            id=str(uuid.uuid4()),
            created=now,
            modified=now,
            description=call.parameters.get("repositoryDescription"),
            kms_key_id=call.parameters.get("kmsKeyId") or call.place.arn("kms", "alias/aws/codecommit"),
            tags=dict(call.parameters.get("tags") or {}),
        )
        self.repositories.at(call.place)[name] = repository
        return {"repositoryMetadata": repository.metadata()}

    def get(self, call: Call) -> JsonObject:
        """GetRepository."""
        return {"repositoryMetadata": self._named(call).metadata()}

    def delete(self, call: Call) -> JsonObject:
        """DeleteRepository: answers without an id if there was none."""
        repository = self.repositories.at(call.place).pop(call.parameters["repositoryName"], None)
        return {"repositoryId": repository.id if repository else None}

    def list(self, call: Call) -> JsonObject:
        """ListRepositories."""
        known = sorted(self.repositories.at(call.place).values(), key=lambda repository: repository.name)
        return {"repositories": [{"repositoryName": r.name, "repositoryId": r.id} for r in known]}

    def batch_get(self, call: Call) -> JsonObject:
        """BatchGetRepositories."""
        known = self.repositories.at(call.place)
        names = call.parameters["repositoryNames"]
        return {
            "repositories": [known[name].metadata() for name in names if name in known],
            "repositoriesNotFound": [name for name in names if name not in known],
        }

    def rename(self, call: Call) -> JsonObject:
        """UpdateRepositoryName."""
        known, new = self.repositories.at(call.place), call.parameters["newName"]
        repository = self._find(call.place, call.parameters["oldName"])
        check_name(new)
        if new in known:
            raise AwsError("RepositoryNameExistsException", f"Repository named {new} already exists")
        known[new] = known.pop(repository.name)
        repository.name = new
        return {}

    def describe(self, call: Call) -> JsonObject:
        """UpdateRepositoryDescription."""
        self._named(call).description = call.parameters.get("repositoryDescription")
        return {}

    def encrypt(self, call: Call) -> JsonObject:
        """UpdateRepositoryEncryptionKey."""
        repository = self._named(call)
        before, repository.kms_key_id = repository.kms_key_id, call.parameters["kmsKeyId"]
        return {
            "repositoryId": repository.id,
            "kmsKeyId": repository.kms_key_id,
            "originalKmsKeyId": before,
        }

    def set_default_branch(self, call: Call) -> JsonObject:
        """UpdateDefaultBranch."""
        repository = self._named(call)
        repository.tip_of(call.parameters["defaultBranchName"])
        repository.default_branch = call.parameters["defaultBranchName"]
        return {}

    def list_tags(self, call: Call) -> JsonObject:
        """ListTagsForResource."""
        return {"tags": self._tagged(call).tags}

    def tag(self, call: Call) -> JsonObject:
        """TagResource."""
        self._tagged(call).tags.update(call.parameters["tags"])
        return {}

    def untag(self, call: Call) -> JsonObject:
        """UntagResource."""
        repository = self._tagged(call)
        gone = set(call.parameters["tagKeys"])
        repository.tags = {key: value for key, value in repository.tags.items() if key not in gone}
        return {}

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return the tags of a repository."""
        region, account, name = arn.split(":", 5)[3:]
        repository = self.repositories.at(Place(account, region)).get(name)
        return repository.tags if repository else {}

    def clear(self) -> None:
        """Forget every repository."""
        self.repositories.clear()

    def in_repository(self, operation: content.Operation) -> Answer:
        """Turn an operation on one repository's content into an answer."""

        def answer(call: Call) -> JsonObject:
            return operation(self._named(call), call.parameters)

        return answer

    def _named(self, call: Call) -> Repository:
        return self._find(call.place, call.parameters["repositoryName"])

    def _tagged(self, call: Call) -> Repository:
        arn = call.parameters["resourceArn"]
        repository = self._find(call.place, name_of(arn))
        if arn != arn_of(repository):
            raise AwsError("InvalidResourceArnException", f"{arn} is in another account or region")
        return repository

    def _find(self, place: Place, name: str) -> Repository:
        try:
            return self.repositories.at(place)[name]
        except KeyError:
            raise AwsError("RepositoryDoesNotExistException", f"{name} does not exist") from None
