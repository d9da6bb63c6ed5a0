package credentials_do_not_last_test

import data.lib.example

test_credentials_do_not_last if {
	example.verdicts("credentials_do_not_last", {"resource": {
		"aws_iam_role": {"deployer": {"name": "deployer"}},
		"aws_iam_user": {"deployer": {"name": "deployer"}},
		"aws_iam_access_key": {"deployer": {"user": "${aws_iam_user.deployer.name}"}},
		"aws_iam_group": {"administrators": {"name": "administrators"}},
		"aws_iam_user_login_profile": {"deployer": {"user": "deployer"}},
		"aws_key_pair": {"nodes": {"key_name": "nodes"}},
	}}) == {
		"pass": {"aws_iam_role.deployer"},
		"fail": {
			"aws_iam_user.deployer",
			"aws_iam_access_key.deployer",
			"aws_iam_group.administrators",
			"aws_iam_user_login_profile.deployer",
			"aws_key_pair.nodes",
		},
	}
}
