package stores_are_encrypted_test

import data.lib.example

on := {"enabled": true}

sound := {
	"aws_dax_cluster": {"server_side_encryption": [on]},
	"aws_docdb_cluster": {"storage_encrypted": true},
	"aws_ebs_snapshot_copy": {"encrypted": true},
	"aws_ebs_volume": {"encrypted": "true"},
	"aws_efs_file_system": {"encrypted": true},
	"aws_elasticache_replication_group": {"at_rest_encryption_enabled": true, "transit_encryption_enabled": true},
	"aws_elasticsearch_domain": {"encrypt_at_rest": on, "node_to_node_encryption": on},
	"aws_kinesis_stream": {"encryption_type": "KMS"},
	"aws_mq_broker": {"encryption_options": {"use_aws_owned_key": false}},
	"aws_neptune_cluster": {"storage_encrypted": true},
	"aws_opensearch_domain": {"encrypt_at_rest": [on], "node_to_node_encryption": [on]},
	"aws_rds_cluster": {"storage_encrypted": true},
	"aws_redshift_cluster": {"encrypted": true},
	"aws_workspaces_workspace": {"root_volume_encryption_enabled": true, "user_volume_encryption_enabled": true},
}

test_stores_are_encrypted if {
	example.verdicts("stores_are_encrypted", {"resource": {type: {"sound": values, "unsaid": {}} |
		some type, values in sound
	}}) == {
		"pass": {concat(".", [type, "sound"]) | some type, _ in sound},
		"fail": {concat(".", [type, "unsaid"]) | some type, _ in sound},
	}
}

test_off_is_not_on if {
	example.verdicts("stores_are_encrypted", {"resource": {
		"aws_kinesis_stream": {"none": {"encryption_type": "NONE"}},
		"aws_elasticache_replication_group": {"on_the_way_only": {"transit_encryption_enabled": true}},
		"aws_opensearch_domain": {"off": {"encrypt_at_rest": {"enabled": false}, "node_to_node_encryption": on}},
		"aws_mq_broker": {"key_of_aws": {"encryption_options": {"use_aws_owned_key": true}}},
	}}).pass == set()
}
