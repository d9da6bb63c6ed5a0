package databases_hold_no_passwords_test

import data.lib.example

database := {"manage_master_user_password": true, "iam_database_authentication_enabled": true, "password": null}

test_databases_hold_no_passwords if {
	example.verdicts("databases_hold_no_passwords", {"resource": {"aws_db_instance": {
		"managed": database,
		"written": object.union(database, {"password": "correct-horse"}),
		"write_only": object.union(database, {"password_wo": "correct-horse"}),
		"unmanaged": object.remove(database, ["manage_master_user_password"]),
		"without_iam": object.union(database, {"iam_database_authentication_enabled": false}),
	}}}) == {
		"pass": {"aws_db_instance.managed"},
		"fail": {
			"aws_db_instance.written",
			"aws_db_instance.write_only",
			"aws_db_instance.unmanaged",
			"aws_db_instance.without_iam",
		},
	}
}

test_the_finding_does_not_tell_it if {
	found := data.main.deny_data with input as object.union(example.base, {"resource": {"aws_db_instance": {
		"written": object.union(database, {"password": "correct-horse"}),
	}}})
	count(found) > 0
	not contains(json.marshal(found), "correct-horse")
}
