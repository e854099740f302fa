"""AWS by the verb's first word."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.aws import AWS

CASES = (
    ("deleted", "aws ec2 delete-volume --volume-id v", "destroys_data"),
    ("kept shorter", "aws s3api put-bucket-lifecycle-configuration --bucket b", "destroys_data"),
    ("asked how long", "aws s3api get-bucket-lifecycle-configuration --bucket b", "reads"),
    ("described", "aws ec2 describe-instances", "reads"),
    ("dry", "aws ec2 terminate-instances --dry-run", "reads"),
    ("started", "aws ec2 run-instances", "spends"),
    ("secret", "aws secretsmanager get-secret-value --secret-id s", "reads_secret"),
    ("identity", "aws iam create-user --user-name x", "changes_access"),
    ("tree removed", "aws s3 rm s3://b/x --recursive", "destroys_data"),
    ("one removed", "aws s3 rm s3://b/x", "deletes"),
    ("up", "aws s3 cp a s3://b", "leaves_machine"),
    ("down", "aws s3 cp s3://b/a .", "writes"),
    ("log off", "aws cloudtrail stop-logging --name x", "changes_access"),
    ("password", "aws rds modify-db-instance --master-user-password x", "changes_access"),
    (
        "versions off",
        "aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Suspended",
        "changes_access",
    ),
    ("versions on", "aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Enabled", "writes"),
    ("set to nothing", "aws lambda update-function-configuration --environment Variables={}", "destroys_data"),
    ("on every machine", "aws ssm send-command --parameters x", "leaves_machine"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in AWS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
