package main

import data.lib.terraform as tf

# METADATA
# title: No secret stands in an argument, a script, an environment variable or an output
# description: >-
#   What is written in a stack is in the repository, the state and every plan. Keys of AWS, private keys and tokens of
#   well-known services are known by their shape; passwords by the name that they are given. A finding does not show it.
# custom:
#   severity: critical
#   controls: [AWS FSBP ECS.8, AWS FSBP CodeBuild.2, NIST 800-53 IA-5, NIST 800-53 SC-28]
#   mend: Put the secret into Secrets Manager, name its ARN, and renew the one that was written down.
#   types: ["*", stack]
#   breaks:
#     - {type: aws_ssm_parameter, at: description, set: AKIAQWERTYUIOPASDFGH}
#     - {type: aws_ssm_parameter, at: value.registry.password, set: correct-horse}
#     - {type: aws_ssm_parameter, at: value.token, set: correct-horse}
#     - {type: aws_launch_template, at: user_data, set: ZXhwb3J0IEFQSV9LRVk9Y29ycmVjdC1ob3JzZQ==}
#     - {type: aws_launch_template, at: user_data, set: "mlflow login --password=correct-horse"}
#     - {type: aws_prometheus_scraper, at: scrape_configuration, set: "basic_auth: {password: correct-horse}"}
#     - {type: aws_grafana_workspace, at: configuration.password, set: correct-horse}
#     - {type: aws_eks_addon, at: configuration_values, set: '{"env":[{"name":"API_TOKEN","value":"correct-horse"}]}'}
#     - {type: aws_cloudwatch_event_target, at: input, set: "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}
#     - {type: aws_cloudwatch_event_rule, at: description, set: ghp_0123456789abcdefghijABCDEFGHIJ012345}
#     - {type: aws_iam_role, at: description, set: "postgresql://mlflow:correct-horse@registry:5432/mlflow"}
#     - {in: stack, at: provider.aws.0.access_key, set: AKIAQWERTYUIOPASDFGH}
#     - {in: stack, at: provider.aws.0.secret_key, set: correct-horse}
#     - {in: stack, at: output.login, set: {value: "password=correct-horse"}}
deny_data contains tf.finding("secrets_are_not_written_down", resource, {attribute: kinds}, message) if {
	some type, text in tf.texts
	words := hints_of_secrets(text, words_of_the_stack)
	count(words) > 0
	some resource in tf.of(type)
	hints := hints_of_secrets(tf.text_of(resource), words)
	count(hints) > 0
	some attribute, value in resource.values
	kinds := secrets_in({attribute: value}, hints)
	count(kinds) > 0
	message := "must not hold a secret"
}

deny_data contains tf.stack_finding("secrets_are_not_written_down", {part: kinds}, "must not hold a secret") if {
	some part in {"provider", "output", "locals", "variable", "data"}
	kinds := secrets_in(input[part], hints_of_secrets(json.marshal(input[part]), object.keys(kinds_by_word)))
	count(kinds) > 0
}

# Kinds of secrets in a value, of those that its words hint at; what Base64 hides is looked at, too.
secrets_in(value, hints) := kinds_in(json.marshal(value), hints) | {kind |
	base64.is_valid(value.user_data)
	decoded := base64.decode(value.user_data)
	some kind in kinds_in(decoded, hints_of_secrets(decoded, object.keys(kinds_by_word)))
}

kinds_in(text, hints) := {kind |
	plain := regex.replace(text, `\$\{[^}]*\}|arn:aws[\w-]*:[\w:/*.-]*`, "")
	some kind in {kinds_by_word[word] | some word in hints_of_secrets(plain, hints)}
	regex.match(shapes_of_secrets[kind], plain)
}

# Words of a text that may be a secret's: finding a word is a hundred times as fast as matching a shape.
hints_of_secrets(text, words) := {word |
	small := replace(lower(text), "secretsmanager", "")
	some word in words
	contains(small, word)
}

words_of_the_stack := hints_of_secrets(tf.text, object.keys(kinds_by_word))

kinds_by_word := {word: kind | some kind, words in words_of_secrets; some word in words}

words_of_secrets := {
	"access key of AWS": {"akia", "asia"},
	"private key": {"private key"},
	"token": {
		"gho_", "ghp_", "ghs_", "ghu_", "github_pat_", "glpat-", "hf_", "npm_",
		"\"sk-", "=sk-", " sk-", "'sk-", "xox", "eyj", "bearer",
	},
	"password in an address": {"@"},
	"something named like a secret": {
		"password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "api_key", "api-key", "apikey",
		"access_key", "access-key", "accesskey", "private_key", "private-key", "privatekey", "user_data",
	},
}

# Over JSON text, in which a quote is escaped as often as texts are nested; without references and ARNs.
shapes_of_secrets := {
	"access key of AWS": `(^|[^A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Z0-9]|$)`,
	"private key": `-----BEGIN [A-Z ]*PRIVATE KEY`,
	"token": concat("|", [
		`gh[opsu]_[A-Za-z0-9]{36}`,
		`github_pat_\w{22}`,
		`glpat-[\w-]{20}`,
		`hf_[A-Za-z0-9]{30}`,
		`npm_[A-Za-z0-9]{36}`,
		`sk-[\w-]{32}`,
		`xox[abprs]-[\w-]{10}`,
		`eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.`,
		`[Bb]earer [\w.-]{20}`,
	]),
	"password in an address": `[a-z]://[^/\s:@"]+:[^/\s:@"]{3,}@`,
	"something named like a secret": concat("|", [assigned_secret, variable_secret, option_secret]),
}

assigned_secret := sprintf(`(?i:%s%s?\s*[:=]\s*%s?%s)`, [secret_name, quote_in_json, quote_in_json, secret_value])

variable_secret := sprintf(
	`(?i:%s%s\s*,\s*%svalue%s\s*:\s*%s%s)`,
	[secret_name, quote_in_json, quote_in_json, quote_in_json, quote_in_json, secret_value],
)

option_secret := sprintf(`(?i:--[\w-]*%s[ =]%s)`, [secret_name, secret_value])

quote_in_json := `(\\*["'])`

secret_name := concat("", [
	`(password(_wo)?|passwd|passphrase|pwd|secret(_string)?|token|credentials?|`,
	`(api|access|private|secret)[_-]?key)`,
])

# Six characters or more: no switch, and neither a list nor an expression.
secret_value := `[^\s"'\\$\[{(,:=<>|&;)}\]][^\s"'\\,]{5,}`
