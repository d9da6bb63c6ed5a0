package main

import data.lib.terraform as tf

# METADATA
# title: Databases are patched and backed up, and where stateful things are protected, for a week and in two zones
# description: >-
#   A zone that fails must not take the registry of all models with it, and a mistake of last Friday must be found by
#   Monday in a backup. Snapshots without tags are on nobody's bill.
# custom:
#   severity: medium
#   controls: [CIS AWS v3.0 2.3.2, AWS FSBP RDS.5, AWS FSBP RDS.11, AWS FSBP RDS.13, AWS FSBP RDS.17, NIST 800-53 CP-9]
#   mend: Set registry.multi_az and registry.backup_days in the environment; infra/registry_database.py does the rest.
#   types: [aws_db_instance]
#   breaks:
#     - {type: aws_db_instance, at: backup_retention_period, set: 0}
#     - {type: aws_db_instance, at: backup_retention_period, set: 1}
#     - {type: aws_db_instance, remove: backup_retention_period}
#     - {type: aws_db_instance, at: multi_az, set: false}
#     - {type: aws_db_instance, at: auto_minor_version_upgrade, set: false}
#     - {type: aws_db_instance, at: copy_tags_to_snapshot, set: false}
#     - {type: aws_db_instance, remove: copy_tags_to_snapshot}
deny_data contains tf.finding("databases_survive", database, days, "must keep backups for longer") if {
	some database in tf.of("aws_db_instance")
	days := object.get(database.values, "backup_retention_period", null)
	not backed_up_for(days, least_backup_days)
}

deny_data contains tf.finding("databases_survive", database, null, "must be in two zones") if {
	tf.protected
	some database in tf.of("aws_db_instance")
	not tf.yes(object.get(database.values, "multi_az", null))
}

# On unless it is off.
deny_data contains tf.finding("databases_survive", database, upgrade, "must take minor upgrades by itself") if {
	some database in tf.of("aws_db_instance")
	upgrade := object.get(database.values, "auto_minor_version_upgrade", null)
	not upgrade in {null, true, "true"}
}

deny_data contains tf.finding("databases_survive", database, null, "must hand its tags on to its snapshots") if {
	some database in tf.of("aws_db_instance")
	not tf.yes(object.get(database.values, "copy_tags_to_snapshot", null))
}

backed_up_for(days, least) if {
	is_number(days)
	days >= least
}

least_backup_days := 7 if {
	tf.protected
} else := 1
