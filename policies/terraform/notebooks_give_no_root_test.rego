package notebooks_give_no_root_test

import data.lib.example

test_notebooks_give_no_root if {
	sound := {
		"root_access": "Disabled",
		"instance_metadata_service_configuration": {"minimum_instance_metadata_service_version": "2"},
	}
	old := {"instance_metadata_service_configuration": [{"minimum_instance_metadata_service_version": "1"}]}
	example.verdicts("notebooks_give_no_root", {"resource": {"aws_sagemaker_notebook_instance": {
		"sound": sound,
		"root": object.union(sound, {"root_access": "Enabled"}),
		"root_unsaid": object.remove(sound, ["root_access"]),
		"old_service": object.union(sound, old),
		"unsaid": {},
	}}}) == {
		"pass": {"aws_sagemaker_notebook_instance.sound"},
		"fail": {
			"aws_sagemaker_notebook_instance.root",
			"aws_sagemaker_notebook_instance.root_unsaid",
			"aws_sagemaker_notebook_instance.old_service",
			"aws_sagemaker_notebook_instance.unsaid",
		},
	}
}
