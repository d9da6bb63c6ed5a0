package main

import data.lib.terraform as tf

# METADATA
# title: What AWS does not encrypt by itself is encrypted
# description: >-
#   File systems, caches, warehouses, streams, search domains and volumes are made in plain text unless it is asked for.
#   The stacks have none of them today; this holds for the first one.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 2.4.1, AWS FSBP EFS.1, AWS FSBP Kinesis.1, AWS FSBP Opensearch.1, NIST 800-53 SC-28]
#   mend: Turn the encryption of the resource on, with a key of infra/keys.py.
#   types:
#     - aws_dax_cluster
#     - aws_docdb_cluster
#     - aws_ebs_snapshot_copy
#     - aws_ebs_volume
#     - aws_efs_file_system
#     - aws_elasticache_replication_group
#     - aws_elasticsearch_domain
#     - aws_kinesis_stream
#     - aws_mq_broker
#     - aws_neptune_cluster
#     - aws_opensearch_domain
#     - aws_rds_cluster
#     - aws_redshift_cluster
#     - aws_workspaces_workspace
#   breaks:
#     - {insert: {aws_efs_file_system: {creation_token: scratch}}}
#     - {insert: {aws_ebs_volume: {availability_zone: eu-west-1a, size: 100}}}
#     - {insert: {aws_elasticache_replication_group: {replication_group_id: online, transit_encryption_enabled: true}}}
#     - {insert: {aws_kinesis_stream: {name: events, encryption_type: NONE}}}
#     - {insert: {aws_opensearch_domain: {domain_name: logs, encrypt_at_rest: {enabled: false}}}}
#     - {insert: {aws_rds_cluster: {cluster_identifier: registry, storage_encrypted: false}}}
#     - {insert: {aws_redshift_cluster: {cluster_identifier: offline, encrypted: false}}}
deny_encryption contains tf.finding("stores_are_encrypted", store, {path: said}, "must be encrypted") if {
	some type, paths in encryption_of_stores
	some store in tf.of(type)
	some path in paths
	said := tf.at(store.values, path, null)
	not said in {true, "true", "KMS"}
}

deny_encryption contains tf.finding("stores_are_encrypted", broker, null, "must be encrypted with a key of ours") if {
	some broker in tf.of("aws_mq_broker")
	not tf.at(broker.values, ["encryption_options", "use_aws_owned_key"], true) in {false, "false"}
}

encryption_of_stores := {
	"aws_dax_cluster": [["server_side_encryption", "enabled"]],
	"aws_docdb_cluster": [["storage_encrypted"]],
	"aws_ebs_snapshot_copy": [["encrypted"]],
	"aws_ebs_volume": [["encrypted"]],
	"aws_efs_file_system": [["encrypted"]],
	"aws_elasticache_replication_group": [["at_rest_encryption_enabled"], ["transit_encryption_enabled"]],
	"aws_elasticsearch_domain": [["encrypt_at_rest", "enabled"], ["node_to_node_encryption", "enabled"]],
	"aws_kinesis_stream": [["encryption_type"]],
	"aws_neptune_cluster": [["storage_encrypted"]],
	"aws_opensearch_domain": [["encrypt_at_rest", "enabled"], ["node_to_node_encryption", "enabled"]],
	"aws_rds_cluster": [["storage_encrypted"]],
	"aws_redshift_cluster": [["encrypted"]],
	"aws_workspaces_workspace": [["root_volume_encryption_enabled"], ["user_volume_encryption_enabled"]],
}
