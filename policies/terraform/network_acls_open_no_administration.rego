package main

import data.lib.terraform as tf

# METADATA
# title: No network ACL lets the whole internet in to SSH or Remote Desktop
# description: >-
#   The platform leaves network ACLs as AWS makes them, because security groups decide. Who writes one all the same
#   takes on a second wall, and must not build a gate into it.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 5.1, AWS FSBP EC2.21, NIST 800-53 SC-7]
#   mend: Leave 0.0.0.0/0 and ::/0 out of rules that allow ports 22 or 3389, or leave the ACL out.
#   types: [aws_default_network_acl, aws_network_acl, aws_network_acl_rule]
#   breaks:
#     - insert:
#         aws_network_acl:
#           vpc_id: vpc-1
#           ingress: [{rule_no: 1, action: allow, protocol: "-1", cidr_block: 0.0.0.0/0, from_port: 0, to_port: 0}]
#     - insert:
#         aws_default_network_acl:
#           default_network_acl_id: acl-1
#           ingress:
#             [{rule_no: 1, action: allow, protocol: tcp, ipv6_cidr_block: "::/0", from_port: 3389, to_port: 3389}]
#     - insert:
#         aws_network_acl_rule:
#           {network_acl_id: acl-1, rule_number: 1, rule_action: allow, protocol: tcp, cidr_block: 0.0.0.0/0,
#             from_port: 1, to_port: 30}
deny_network contains tf.finding("network_acls_open_no_administration", acl, entry, message) if {
	some type in ["aws_default_network_acl", "aws_network_acl"]
	some acl in tf.of(type)
	some entry in tf.blocks(acl.values, "ingress")
	acl_opens_administration(entry, object.get(entry, "action", "allow"))
	message := "must not let the internet in to 22 or 3389"
}

deny_network contains tf.finding("network_acls_open_no_administration", entry, entry.values, message) if {
	some entry in tf.of("aws_network_acl_rule")
	not tf.yes(object.get(entry.values, "egress", false))
	acl_opens_administration(entry.values, object.get(entry.values, "rule_action", "allow"))
	message := "must not let the internet in to 22 or 3389"
}

acl_opens_administration(entry, action) if {
	lower(action) == "allow"
	some attribute in ["cidr_block", "ipv6_cidr_block"]
	entry[attribute] in {"0.0.0.0/0", "::/0"}
	acl_covers_administration(entry)
}

acl_covers_administration(entry) if sprintf("%v", [object.get(entry, "protocol", "-1")]) in {"-1", "all"}

acl_covers_administration(entry) if {
	some port in [22, 3389]
	object.get(entry, "from_port", 0) <= port
	object.get(entry, "to_port", 65535) >= port
}
