package keys_rotate_test

import data.lib.example

test_keys_rotate if {
	example.verdicts("keys_rotate", {"resource": {"aws_kms_key": {
		"yearly": {"enable_key_rotation": true},
		"quarterly": {"enable_key_rotation": true, "rotation_period_in_days": 90},
		"planned": {"enable_key_rotation": true, "rotation_period_in_days": "${known after apply}"},
		"never": {"enable_key_rotation": false},
		"unsaid": {},
		"rarely": {"enable_key_rotation": true, "rotation_period_in_days": 2560},
	}}}) == {
		"pass": {"aws_kms_key.yearly", "aws_kms_key.quarterly", "aws_kms_key.planned"},
		"fail": {"aws_kms_key.never", "aws_kms_key.unsaid", "aws_kms_key.rarely"},
	}
}
