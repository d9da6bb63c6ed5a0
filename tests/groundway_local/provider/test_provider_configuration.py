"""The provider block: this machine and no other, the right account, nothing silently ignored."""

from __future__ import annotations

import os

import pytest

from groundway_local.provider.configure import problems
from groundway_local.provider.loopback import is_loopback, isolate_environment

HERE = [
    "http://127.0.0.1:5000",
    "http://127.0.0.1",
    "https://127.8.9.10:1",
    "http://localhost:4566/",
    "http://LOCALHOST:4566",
    "http://[::1]:5000",
]
ELSEWHERE = [
    "http://127.0.0.1.evil.com",
    "http://127.0.0.1@evil.com",
    "http://evil.com#@127.0.0.1",
    "http://evil.com\\@127.0.0.1",
    "http://user:secret@127.0.0.1:5000",
    "http://localhost.evil.com:5000",
    "http://evil.com/127.0.0.1",
    "http://evil.com?127.0.0.1",
    "http://0.0.0.0:5000",
    "http://10.0.0.1:5000",
    "http://169.254.169.254",
    "http://[::ffff:8.8.8.8]:5000",
    "http://[::1",
    "http://127.0.0.1:port",
    "http://127.1:5000",
    "http://2130706433:5000",
    "http://１27.0.0.1",
    "https://s3.amazonaws.com",
    "ftp://127.0.0.1",
    "127.0.0.1:5000",
    "http://127.0.0.1 .evil.com",
    "",
]


@pytest.mark.parametrize("url", HERE)
def test_this_machine_is_taken(url):
    assert is_loopback(url)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_everything_else_is_refused(url):
    assert not is_loopback(url)


def test_an_endpoint_in_the_configuration_is_checked_too():
    assert problems({"endpoints": [{"s3": "http://127.0.0.1:5000"}]}) == []
    (found,) = problems({"endpoints": [{"s3": "https://s3.eu-west-1.amazonaws.com"}]})
    assert "endpoints.s3" in found.detail


def test_what_is_not_honoured_is_an_error():
    assert problems({"region": "eu-west-1", "skip_region_validation": True, "max_retries": 3}) == []
    found = problems({"profile": "prod", "http_proxy": "http://proxy", "assume_role": [{"duration": "1h"}]})
    assert [p.path[-1] for p in found] == ["profile", "http_proxy", "duration"]


def test_nothing_in_the_environment_leads_elsewhere(monkeypatch):
    for name in ("HTTP_PROXY", "https_proxy", "AWS_PROFILE"):
        monkeypatch.setenv(name, "http://proxy.example.com:3128")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/home/user/.aws/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/home/user/.aws/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    isolate_environment()
    assert not {"HTTP_PROXY", "https_proxy", "AWS_PROFILE"} & set(os.environ)
    assert os.environ["AWS_CONFIG_FILE"] == os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


TOPIC = {"resource": {"aws_sns_topic": {"this": {"name": "configured"}}}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "env", "message"),
    [
        ({"allowed_account_ids": ["999999999999"]}, {}, "111122223333 is not in allowed_account_ids"),
        ({"forbidden_account_ids": ["111122223333"]}, {}, "is in forbidden_account_ids"),
        ({"profile": "prod"}, {}, "provider.profile"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1@evil.com"}, "not on this machine"),
        ({}, {"AWS_ENDPOINT_URL_SNS": "https://sns.eu-west-1.amazonaws.com"}, "not on this machine"),
        ({}, {"AWS_ENDPOINT_URL": ""}, "groundway local up"),
        ({}, {"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID is not set"),
    ],
)
def test_terraform_stops_before_it_changes_anything(terraform, config, env, message):
    terraform.env |= env
    terraform.write({**TOPIC, "provider": {"aws": config}})
    ran = terraform.apply()
    assert ran.code == 1
    assert message in ran.errors
    assert "Traceback" not in ran.text


@pytest.mark.slow
def test_the_right_account_passes(terraform):
    terraform.write({**TOPIC, "provider": {"aws": {"allowed_account_ids": ["111122223333"], "region": "us-east-1"}}})
    terraform.applied()
    assert terraform.state()["aws_sns_topic.this"]["arn"] == "arn:aws:sns:us-east-1:111122223333:configured"
    assert terraform.destroy().code == 0
