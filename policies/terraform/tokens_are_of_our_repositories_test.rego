package tokens_are_of_our_repositories_test

import data.lib.example

github := "token.actions.githubusercontent.com"

ours := "repo:example-org/ml-platform:environment:dev"

role(provider, condition) := {"assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{
		"Effect": "Allow",
		"Principal": {"Federated": sprintf("arn:aws:iam::111111111111:oidc-provider/%s", [provider])},
		"Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": condition,
	}],
})}

token(audience, subject) := role(github, {"StringEquals": {
	sprintf("%s:aud", [github]): audience,
	sprintf("%s:sub", [github]): subject,
}})

test_tokens_are_of_our_repositories if {
	example.verdicts("tokens_are_of_our_repositories", {"resource": {"aws_iam_role": {
		"github": token("sts.amazonaws.com", [ours]),
		"gitlab": role("gitlab.com", {"StringEquals": {
			"gitlab.com:aud": "sts.amazonaws.com",
			"gitlab.com:sub": "project_path:example-org/ml-platform:ref_type:branch:ref:main",
		}}),
		"any_token": role(github, {}),
		"any_subject": token("sts.amazonaws.com", []),
		"another_audience": token("https://example.org", ours),
		"another_repository": token("sts.amazonaws.com", [ours, "repo:strangers/fork:environment:dev"]),
		"our_prefix": token("sts.amazonaws.com", "repo:example-org/ml-platform-fork:environment:dev"),
		"any_branch": token("sts.amazonaws.com", "repo:example-org/ml-platform:*"),
		"another_issuers_claims": role("gitlab.com", {"StringEquals": {
			sprintf("%s:aud", [github]): "sts.amazonaws.com",
			sprintf("%s:sub", [github]): ours,
		}}),
		"like": role(github, {
			"StringEquals": {sprintf("%s:aud", [github]): "sts.amazonaws.com"},
			"StringLike": {sprintf("%s:sub", [github]): ours},
		}),
	}}}) == {
		"pass": {"aws_iam_role.github", "aws_iam_role.gitlab"},
		"fail": {
			"aws_iam_role.any_token",
			"aws_iam_role.any_subject",
			"aws_iam_role.another_audience",
			"aws_iam_role.another_repository",
			"aws_iam_role.our_prefix",
			"aws_iam_role.any_branch",
			"aws_iam_role.another_issuers_claims",
			"aws_iam_role.like",
		},
	}
}
