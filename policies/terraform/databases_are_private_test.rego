package databases_are_private_test

import data.lib.example

database := {
	"publicly_accessible": false,
	"storage_encrypted": true,
	"db_subnet_group_name": "inner",
	"parameter_group_name": "${aws_db_parameter_group.tls.name}",
}

test_databases_are_private if {
	example.verdicts("databases_are_private", {"resource": {
		"aws_db_instance": {
			"private": database,
			"unsaid_public": object.remove(database, ["publicly_accessible"]),
			"public": object.union(database, {"publicly_accessible": true}),
			"plain": object.union(database, {"storage_encrypted": false}),
			"unsaid_encryption": object.remove(database, ["storage_encrypted"]),
			"in_the_default_vpc": object.remove(database, ["db_subnet_group_name"]),
			"default_parameters": object.union(database, {"parameter_group_name": "default.postgres17"}),
			"unsaid_parameters": object.remove(database, ["parameter_group_name"]),
			"lax": object.union(database, {"parameter_group_name": "${aws_db_parameter_group.lax.name}"}),
			"silent": object.union(database, {"parameter_group_name": "${aws_db_parameter_group.silent.name}"}),
		},
		"aws_db_parameter_group": {
			"tls": {"parameter": [{"name": "log_connections", "value": "0"}, {"name": "rds.force_ssl", "value": "1"}]},
			"lax": {"parameter": [{"name": "rds.force_ssl", "value": "1"}, {"name": "rds.force_ssl", "value": "0"}]},
			"silent": {"parameter": {"name": "log_connections", "value": "1"}},
		},
	}}).fail == {
		"aws_db_instance.public",
		"aws_db_instance.plain",
		"aws_db_instance.unsaid_encryption",
		"aws_db_instance.in_the_default_vpc",
		"aws_db_instance.default_parameters",
		"aws_db_instance.unsaid_parameters",
		"aws_db_instance.lax",
		"aws_db_instance.silent",
	}
}
