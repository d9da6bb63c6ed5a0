package reservations_are_used_and_targeted_test

import data.lib.example

template(reservation) := {"capacity_reservation_specification": {"capacity_reservation_target": {
	"capacity_reservation_id": sprintf("${aws_ec2_capacity_reservation.%s.id}", [reservation]),
}}}

test_reservations_are_used_and_targeted if {
	sound := {"instance_match_criteria": "targeted", "instance_count": 4}
	example.verdicts("reservations_are_used_and_targeted", {"resource": {
		"aws_ec2_capacity_reservation": {
			"sound": sound,
			"open": object.union(sound, {"instance_match_criteria": "open"}),
			"large": object.union(sound, {"instance_count": 5}),
			"unused": sound,
			"unsaid": {},
		},
		"aws_launch_template": {name: template(name) | some name in ["sound", "open", "large", "unsaid"]},
	}}) == {
		"pass": {"aws_ec2_capacity_reservation.sound"} | {sprintf("aws_launch_template.%s", [name]) |
			some name in ["sound", "open", "large", "unsaid"]
		},
		"fail": {
			"aws_ec2_capacity_reservation.open",
			"aws_ec2_capacity_reservation.large",
			"aws_ec2_capacity_reservation.unused",
			"aws_ec2_capacity_reservation.unsaid",
		},
	}
}
