# What security groups let in and out, however it is written: a rule of its own in either form, or a block of the group.
package lib.security_groups

import data.lib.iam
import data.lib.terraform as tf

ways_in := ways("ingress")

ways_out := ways("egress")

# [{resource, cidrs, lists, groups, itself, protocol, from, to}]: who may come in, or be reached, and at which ports.
ways(direction) := array.concat(array.concat(rules(direction), old_rules(direction)), blocks(direction))

rules(direction) := [way(r, r.values, {
	"cidrs": sources(r.values, ["cidr_ipv4", "cidr_ipv6"]),
	"lists": sources(r.values, ["prefix_list_id"]),
	"groups": sources(r.values, ["referenced_security_group_id"]),
	"protocol": object.get(r.values, "ip_protocol", "-1"),
}) |
	some r in tf.of(sprintf("aws_vpc_security_group_%s_rule", [direction]))
]

old_rules(direction) := [written(r, r.values, "source_security_group_id") |
	some r in tf.of("aws_security_group_rule")
	object.get(r.values, "type", direction) == direction
]

blocks(direction) := [written(group, block, "security_groups") |
	some type in ["aws_security_group", "aws_default_security_group"]
	some group in tf.of(type)
	some block in tf.blocks(group.values, direction)
]

written(resource, values, groups) := way(resource, values, {
	"cidrs": sources(values, ["cidr_blocks", "ipv6_cidr_blocks"]),
	"lists": sources(values, ["prefix_list_ids"]),
	"groups": sources(values, [groups]),
	"protocol": object.get(values, "protocol", "-1"),
})

way(resource, values, who) := object.union(who, {
	"resource": resource,
	"itself": who.groups & {object.get(resource.values, "security_group_id", null)},
	"from": port(values, "from_port"),
	"to": port(values, "to_port"),
})

sources(values, names) := {source |
	some name in names
	some source in iam.listed(object.get(values, name, []))
	not source in {null, ""}
}

# What is left out, or is not known, is every port.
port(values, name) := values[name] if {
	is_number(values[name])
} else := to_number(values[name]) if {
	regex.match(`^-?\d+$`, values[name])
} else := everything if {
	everything := {"from_port": 0, "to_port": 65535}[name]
}

covers(way, port_number) if {
	not portless(way)
	way.from <= port_number
	way.to >= port_number
}

covers(way, _) if lower(sprintf("%v", [way.protocol])) in {"-1", "all"}

portless(way) if lower(sprintf("%v", [way.protocol])) in {"icmp", "icmpv6", "1", "58"}
