package databases_survive_test

import data.lib.example

database := {
	"backup_retention_period": 7,
	"multi_az": true,
	"auto_minor_version_upgrade": true,
	"copy_tags_to_snapshot": true,
}

databases := {"resource": {"aws_db_instance": {
	"kept": database,
	"unsaid_upgrades": object.remove(database, ["auto_minor_version_upgrade"]),
	"frozen": object.union(database, {"auto_minor_version_upgrade": false}),
	"untagged_snapshots": object.remove(database, ["copy_tags_to_snapshot"]),
	"unsaid_backups": object.remove(database, ["backup_retention_period"]),
	"no_backups": object.union(database, {"backup_retention_period": 0}),
	"backups_of_a_day": object.union(database, {"backup_retention_period": 1}),
	"one_zone": object.remove(database, ["multi_az"]),
}}}

always := {
	"aws_db_instance.frozen",
	"aws_db_instance.untagged_snapshots",
	"aws_db_instance.unsaid_backups",
	"aws_db_instance.no_backups",
}

in_prod := {"provider": {"aws": [{
	"region": "eu-west-1",
	"allowed_account_ids": ["333333333333"],
	"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}],
}]}}

test_databases_survive if {
	example.verdicts("databases_survive", object.union(in_prod, databases)) == {
		"pass": {"aws_db_instance.kept", "aws_db_instance.unsaid_upgrades"},
		"fail": always | {"aws_db_instance.backups_of_a_day", "aws_db_instance.one_zone"},
	}
}

test_dev_may_be_small if {
	example.verdicts("databases_survive", databases).fail == always
}
