package protected_data_is_kept_test

import data.lib.example

in_prod := {"provider": {"aws": [{
	"region": "eu-west-1",
	"allowed_account_ids": ["333333333333"],
	"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}],
}]}}

database := {
	"deletion_protection": true,
	"skip_final_snapshot": false,
	"final_snapshot_identifier": "last",
	"delete_automated_backups": false,
}

stack := {"resource": {
	"aws_s3_bucket": {"kept": {"force_destroy": false}, "unsaid": {}, "emptied": {"force_destroy": true}},
	"aws_ecr_repository": {"kept": {}, "emptied": {"force_delete": "true"}},
	"aws_athena_workgroup": {"kept": {"force_destroy": null}, "emptied": {"force_destroy": true}},
	"aws_dynamodb_table": {
		"kept": {"deletion_protection_enabled": true},
		"off": {"deletion_protection_enabled": false},
		"unsaid": {},
	},
	"aws_db_instance": {
		"kept": database,
		"off": object.union(database, {"deletion_protection": false}),
		"unsaid": object.remove(database, ["deletion_protection"]),
		"without_snapshot": object.union(database, {"skip_final_snapshot": true}),
		"nameless_snapshot": object.union(database, {"final_snapshot_identifier": null}),
		"backups_go": object.remove(database, ["delete_automated_backups"]),
	},
}}

test_protected_data_is_kept if {
	example.verdicts("protected_data_is_kept", object.union(in_prod, stack)) == {
		"pass": {
			"aws_s3_bucket.kept",
			"aws_s3_bucket.unsaid",
			"aws_ecr_repository.kept",
			"aws_athena_workgroup.kept",
			"aws_dynamodb_table.kept",
			"aws_db_instance.kept",
		},
		"fail": {
			"aws_s3_bucket.emptied",
			"aws_ecr_repository.emptied",
			"aws_athena_workgroup.emptied",
			"aws_dynamodb_table.off",
			"aws_dynamodb_table.unsaid",
			"aws_db_instance.off",
			"aws_db_instance.unsaid",
			"aws_db_instance.without_snapshot",
			"aws_db_instance.nameless_snapshot",
			"aws_db_instance.backups_go",
		},
	}
}

test_dev_may_go if {
	example.verdicts("protected_data_is_kept", stack).fail == set()
}

test_unprotected_on_purpose if {
	document := object.union(example.base, object.union(in_prod, stack))
	example.verdict("protected_data_is_kept", document).fail == set() with data.unprotected as ["prod"]
}
