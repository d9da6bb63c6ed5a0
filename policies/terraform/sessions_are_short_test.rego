package sessions_are_short_test

import data.lib.example

test_sessions_are_short if {
	example.verdicts("sessions_are_short", {"resource": {"aws_iam_role": {
		"unsaid": {},
		"an_hour": {"max_session_duration": 3600},
		"half_a_day": {"max_session_duration": 43200},
		"unclear": {"max_session_duration": "${var.hours}"},
	}}}) == {
		"pass": {"aws_iam_role.unsaid", "aws_iam_role.an_hour"},
		"fail": {"aws_iam_role.half_a_day", "aws_iam_role.unclear"},
	}
}
